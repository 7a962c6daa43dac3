import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { LambdaWorker } from './lambda-worker.ts';
import { provideHome } from './provide-home.ts';
import { type LambdaFailure, RuntimeApi } from './runtime-api.ts';

/**
 * The program `node worker.mjs --lambda`: the worker of functions of AWS Lambda that are made from images, whatever else is in
 * them. It ends with its sandbox.
 */
export async function serveLambda(): Promise<never> {
  const { AWS_LAMBDA_RUNTIME_API: host } = process.env;
  if (host === undefined) throw new Error('AWS_LAMBDA_RUNTIME_API is not set: --lambda runs in AWS Lambda only');
  provideHome();
  using api = new RuntimeApi(host);
  const worker = await startWorker(api);
  for (;;) {
    const event = await api.next();
    const context = { getRemainingTimeInMillis: () => event.deadline - Date.now() };
    await api.respond(event, (sink) => worker.run(parsed(event.payload), context, sink), failureOf);
  }
}

async function startWorker(api: RuntimeApi): Promise<LambdaWorker> {
  try {
    // Tasks work in the folder that can be written to, and find packages in that of the image, too.
    const packages = [join(process.cwd(), 'node_modules'), process.env['NODE_PATH']].filter(Boolean).join(delimiter);
    return new LambdaWorker({ ...process.env, NODE_PATH: packages }, tmpdir());
  } catch (error) {
    await api.fail(failureOf(error));
    throw error;
  }
}

/** What is no JSON is none of our requests, and is refused as such. */
function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}

function failureOf(error: unknown): LambdaFailure {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: 'Error', errorMessage: String(error) };
}
