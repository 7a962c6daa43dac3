import type { WorkerDeath } from './worker-reply.ts';

/** One sentence on how a worker process ended. */
export function describeDeath(death: WorkerDeath): string {
  if (death.reason !== undefined) return `the worker was ended: ${death.reason}`;
  if (death.oom) return 'the worker process ran out of memory';
  if (death.signal !== undefined) return `the worker process was killed by ${death.signal}`;
  if (death.exitCode !== undefined) return `the worker process exited with code ${death.exitCode}`;
  return 'the worker process could not be started';
}
