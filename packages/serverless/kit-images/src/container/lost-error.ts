import { InvocationError, LithopsError, WorkerLostError } from '@lithops/core/plugin';
import { describeDeath, type WorkerDied } from '@lithops/worker/pool';

/** What users are told of a worker process in a container that ended while the container goes on. */
export function lostError({ death, cause }: WorkerDied): Error {
  // The whole container was lost.
  if (LithopsError.is(cause)) return cause;
  const { exitCode, signal, oom, call, stderr } = death;
  if (exitCode === undefined && signal === undefined) {
    const why = cause instanceof Error ? cause.message : stderr;
    return new InvocationError(`a worker process could not be started in the container: ${why}`);
  }
  const said = stderr.trim() === '' ? '' : `; it last wrote: ${stderr.trim().split('\n').slice(-3).join(' / ')}`;
  return new WorkerLostError(`${describeDeath(death)} while it ran the call${said}`, {
    oom,
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
    ...(call !== undefined && { runningCall: call }),
  });
}
