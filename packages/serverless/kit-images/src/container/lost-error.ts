import { InvocationError, LithopsError, workerLost } from '@lithops/core/plugin';
import type { WorkerDied } from '@lithops/worker/pool';

/** What users are told of a worker process in a container that ended while the container goes on. */
export function lostError({ death, cause }: WorkerDied): Error {
  // The whole container was lost.
  if (LithopsError.is(cause)) return cause;
  const { exitCode, signal, stderr } = death;
  if (exitCode !== undefined || signal !== undefined) return workerLost(death);
  const why = cause instanceof Error ? cause.message : stderr;
  return new InvocationError(`a worker process could not be started in the container: ${why}`);
}
