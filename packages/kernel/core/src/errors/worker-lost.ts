import { describeDeath, type WorkerDeath } from '@lithops/worker/protocol';
import { WorkerLostError } from './worker-lost-error.ts';

/**
 * What users are told of a worker process that ended before its calls did.
 * @param detail what messages say about the call, ` (function-name)`
 */
export function workerLost(
  death: WorkerDeath,
  { detail = '', cause }: { readonly detail?: string; readonly cause?: unknown } = {},
): WorkerLostError {
  const { exitCode, signal, oom, call, suspects } = death;
  const words = death.stderr.trim();
  const said = words === '' ? '' : `; it last wrote: ${words.split('\n').slice(-3).join(' / ')}`;
  return new WorkerLostError(`${describeDeath(death)} while it ran the call${detail}${said}`, {
    oom,
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
    ...(call !== undefined && { runningCall: call }),
    ...(suspects !== undefined && { suspects }),
    ...(cause !== undefined && { cause }),
  });
}
