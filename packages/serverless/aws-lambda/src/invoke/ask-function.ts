import { InvokeCommand } from '@aws-sdk/client-lambda';
import { InvocationError, type RuntimeInfo } from '@lithops/core/plugin';
import { decodeFunctionReplies, encodeFunctionEvent } from '@lithops/worker/lambda';
import { invokingClient } from '../aws/clients.ts';
import type { LambdaSettings } from '../settings.ts';
import { functionError } from './function-failure.ts';
import { InvocationLimiter } from './invocation-limiter.ts';
import { sendPatiently } from './send-patiently.ts';

/** Asks a function what runs in it. @throws InvocationError when it is no worker; WorkerLostError */
export async function askFunction(
  settings: LambdaSettings,
  name: string,
  signal: AbortSignal,
): Promise<RuntimeInfo & { readonly protocol: number }> {
  const client = invokingClient(settings, 1);
  const Payload = encodeFunctionEvent({ type: 'metadata' });
  try {
    const answer = await sendPatiently(
      () => client.send(new InvokeCommand({ FunctionName: name, Payload, LogType: 'Tail' }), { abortSignal: signal }),
      {
        limiter: new InvocationLimiter(1),
        patienceMs: settings.startTimeout * 1000,
        signal,
        refusedForGood: async () => undefined,
      },
    );
    const { Payload: payload = new Uint8Array(), FunctionError, LogResult } = answer;
    if (FunctionError !== undefined)
      throw functionError({ details: Buffer.from(payload).toString(), log: LogResult }, name);
    for await (const reply of decodeFunctionReplies(once(payload))) {
      if (reply.type !== 'ready') continue;
      const { nodeVersion, platform, arch } = reply.facts;
      const version = nodeVersion.replace(/^v/, '');
      return { protocol: reply.protocol, nodeVersion: version, workerVersion: String(reply.protocol), platform, arch };
    }
    throw new InvocationError(`function ${name} does not say what runs in it`);
  } finally {
    client.destroy();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
