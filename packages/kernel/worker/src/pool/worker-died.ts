import type { WorkerDeath } from '../protocol/index.ts';

/** A worker process ended before its invocation did. Backends turn it into the error that users see. */
export class WorkerDied extends Error {
  readonly death: WorkerDeath;

  constructor(death: WorkerDeath, cause?: Error) {
    super(describeDeath(death), cause && { cause });
    this.death = death;
  }

  static {
    Object.defineProperty(WorkerDied.prototype, 'name', { value: 'WorkerDied', configurable: true, writable: true });
  }
}

/** One sentence on how the process ended. */
export function describeDeath(death: WorkerDeath): string {
  if (death.reason !== undefined) return `the worker was ended: ${death.reason}`;
  if (death.oom) return 'the worker process ran out of memory';
  if (death.signal !== undefined) return `the worker process was killed by ${death.signal}`;
  if (death.exitCode !== undefined) return `the worker process exited with code ${death.exitCode}`;
  return 'the worker process could not be started';
}
