import { InvocationError, WorkerLostError } from '@lithops/core/plugin';
import { describeDeath, type WorkerDied } from '@lithops/worker/pool';

/** What users are told of a worker process in a container that ended while the container goes on. */
export function lostError({ death }: WorkerDied): Error {
  const { exitCode, signal, oom, call, stderr } = death;
  if (exitCode === undefined && signal === undefined)
    return new InvocationError(`a worker process could not be started in the container: ${stderr}`);
  const said = stderr.trim() === '' ? '' : `; it last wrote: ${stderr.trim().split('\n').slice(-3).join(' / ')}`;
  return new WorkerLostError(`${describeDeath(death)} while it ran the call${said}`, {
    oom,
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
    ...(call !== undefined && { runningCall: call }),
  });
}
