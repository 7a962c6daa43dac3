import type { WorkerDied } from '@lithops/worker/pool';
import { InvocationError } from './invocation-error.ts';
import { workerLost } from './worker-lost.ts';
import type { WorkerLostError } from './worker-lost-error.ts';

/** What users are told of a worker process that ended before its calls: `toError` of a `ProcessPool` or a `WorkerConnection`. */
export function lostProcessError({ death, cause }: WorkerDied): InvocationError | WorkerLostError {
  const { exitCode, signal, stderr } = death;
  if (exitCode !== undefined || signal !== undefined) return workerLost(death, { cause });
  const why = cause instanceof Error ? cause.message : stderr.trim() || 'unknown cause';
  return new InvocationError(`a worker process could not be started: ${why}`, { cause });
}
