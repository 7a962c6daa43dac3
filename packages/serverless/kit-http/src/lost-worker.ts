import { WorkerLostError } from '@lithops/core/plugin';
import { describeDeath } from '@lithops/worker/pool';
import type { WorkerDeath } from '@lithops/worker/protocol';

/** What a worker tells of the process that ran a call. */
export function lostError(death: WorkerDeath): WorkerLostError {
  const { exitCode, signal, oom, call } = death;
  return new WorkerLostError(`${describeDeath(death)} while it ran the call`, {
    oom,
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
    ...(call !== undefined && { runningCall: call }),
  });
}

/** A request that was not answered. */
export function unreachable(error: unknown, url: URL): WorkerLostError {
  const why = error instanceof Error ? error.message : String(error);
  return new WorkerLostError(`no worker answers at ${url.origin}: ${why}`, { cause: error });
}
