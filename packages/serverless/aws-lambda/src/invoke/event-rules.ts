import { type LambdaClient, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import type { LambdaSettings } from '../settings.ts';
import { eventAge } from './event-age.ts';
import { type Patience, sendPatiently } from './send-patiently.ts';

/** Has Lambda keep to {@link eventAge}, and not run again what has failed: that is decided here, by `retries`. */
export async function ruleEvents(
  client: LambdaClient,
  name: string,
  settings: LambdaSettings,
  patience: Patience,
): Promise<void> {
  const command = new PutFunctionEventInvokeConfigCommand({
    FunctionName: name,
    MaximumEventAgeInSeconds: eventAge(settings),
    MaximumRetryAttempts: 0,
  });
  await sendPatiently(() => client.send(command, { abortSignal: patience.signal }), patience);
}
