import { setTimeout as delay } from 'node:timers/promises';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { TimeoutError, WorkerLostError } from '@lithops/core/plugin';
import { connectionOf } from '../aws/clients.ts';
import type { LambdaSettings } from '../settings.ts';
import { functionError } from './function-failure.ts';

/** Of one event of a function. */
export interface LostEvent {
  readonly name: string;
  readonly requestId: string;
  /** ms since the epoch when it was accepted. */
  readonly acceptedAt: number;
}

/** Lines take a while until they can be read. */
const TRIES = 3;
const PAUSE_MS = 1_000;
const LINES = 50;

/** What CloudWatch has of an event whose worker has gone: why it ended. Undefined when it does not tell, or may not be asked. */
export async function lastWords(
  settings: LambdaSettings,
  lost: LostEvent,
  signal: AbortSignal,
): Promise<WorkerLostError | TimeoutError | undefined> {
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  const client = new CloudWatchLogsClient(connectionOf(settings));
  try {
    for (let tries = 1; tries <= TRIES; tries++) {
      const lines = await linesOf(client, lost, signal);
      const said = lines.map(failureIn).find((line) => line !== undefined);
      if (said !== undefined) {
        const log = Buffer.from(lines.join('\n')).toString('base64');
        return functionError({ details: said, log }, lost.name);
      }
      await delay(PAUSE_MS, undefined, { signal });
    }
    return undefined;
  } catch {
    // No right to read logs, for one.
    return undefined;
  } finally {
    client.destroy();
  }
}

async function linesOf(
  client: CloudWatchLogsClient,
  { name, requestId, acceptedAt }: LostEvent,
  signal: AbortSignal,
): Promise<string[]> {
  const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const { events = [] } = await client.send(
    new FilterLogEventsCommand({
      logGroupName: `/aws/lambda/${name}`,
      filterPattern: `"${requestId}"`,
      startTime: acceptedAt,
      limit: LINES,
    }),
    { abortSignal: signal },
  );
  return events.map(({ message = '' }) => message.trim());
}

/** The line in which Lambda says that an event ended badly. */
function failureIn(line: string): string | undefined {
  if (/Task timed out/.test(line)) return line;
  const [, status, type] = /^REPORT .*\tStatus: (error|timeout)(?:\tError Type: (\S+))?/.exec(line) ?? [];
  if (status === undefined) return undefined;
  const [, memory, most] = /Memory Size: (\d+) MB\tMax Memory Used: (\d+) MB/.exec(line) ?? [];
  const used = memory === undefined ? '' : `; it used ${most} of ${memory} MB`;
  return status === 'timeout' ? `Task timed out${used}` : `${type ?? 'the runtime failed'}${used}`;
}
