import { describeDeath, type WorkerDied } from '@lithops/worker/pool';
import { InvocationError } from '../errors/invocation-error.ts';
import { WorkerLostError } from '../errors/worker-lost-error.ts';

/** What users are told of a worker process that ended before its calls: `toError` of a `ProcessPool` or a `WorkerConnection`. */
export function lostProcessError({ death, cause }: WorkerDied): InvocationError | WorkerLostError {
  const { exitCode, signal, oom, call, stderr } = death;
  if (exitCode === undefined && signal === undefined) {
    const why = cause instanceof Error ? cause.message : stderr.trim() || 'unknown cause';
    return new InvocationError(`a worker process could not be started: ${why}`, { cause });
  }
  const said = stderr.trim() === '' ? '' : `; it last wrote: ${stderr.trim().split('\n').slice(-3).join(' / ')}`;
  return new WorkerLostError(`${describeDeath(death)} while it ran the call${said}`, {
    oom,
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
    ...(call !== undefined && { runningCall: call }),
    ...(cause !== undefined && { cause }),
  });
}
