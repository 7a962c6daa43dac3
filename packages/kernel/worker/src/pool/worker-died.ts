import { describeDeath, type WorkerDeath } from '../protocol/index.ts';

/** On the prototype, so that any copy of this code can tell. */
const WORKER_DIED = Symbol.for('lithops.worker-died');

/** A worker process ended before its invocation did. Backends turn it into the error that users see. `instanceof` holds across copies of the class. */
export class WorkerDied extends Error {
  readonly death: WorkerDeath;

  constructor(death: WorkerDeath, cause?: Error) {
    super(describeDeath(death), cause && { cause });
    this.death = death;
  }

  static override [Symbol.hasInstance](value: unknown): value is WorkerDied {
    return typeof value === 'object' && value !== null && WORKER_DIED in value;
  }

  static {
    Object.defineProperty(WorkerDied.prototype, WORKER_DIED, { value: true });
    Object.defineProperty(WorkerDied.prototype, 'name', { value: 'WorkerDied', configurable: true, writable: true });
  }
}

/** What is told of an end by what the system says of it and what the process wrote last. */
export function deathOf(end: {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Calls one of which ran. */
  readonly running: readonly number[];
  readonly stderr: string;
  /** By the system, not by V8's own limit. */
  readonly killedForMemory: boolean;
  /** Why its client ended it, where that has a reason to be told. */
  readonly reason: string | undefined;
}): WorkerDeath {
  const { exitCode, signal, running, stderr, killedForMemory, reason } = end;
  const [call] = running;
  const saidSo = /JavaScript heap out of memory|Array buffer allocation failed/.test(stderr);
  const aborted = signal === 'SIGABRT' || signal === 'SIGTRAP' || signal === 'SIGILL' || exitCode === 134;
  return {
    ...(exitCode !== null && { exitCode }),
    ...(signal !== null && { signal }),
    ...(reason !== undefined && { reason }),
    ...(running.length === 1 && call !== undefined && { call }),
    ...(running.length > 1 && { suspects: running }),
    oom: (saidSo && aborted) || killedForMemory,
    stderr,
  };
}
