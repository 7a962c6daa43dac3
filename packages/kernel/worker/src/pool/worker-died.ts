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

/** What is told of an end by what the system says of it and what the process wrote last. */
export function deathOf(end: {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly call: number | undefined;
  readonly stderr: string;
  /** By the system, not by V8's own limit. */
  readonly killedForMemory: boolean;
}): WorkerDeath {
  const { exitCode, signal, call, stderr, killedForMemory } = end;
  const saidSo = /JavaScript heap out of memory|Array buffer allocation failed/.test(stderr);
  const aborted = signal === 'SIGABRT' || signal === 'SIGTRAP' || signal === 'SIGILL' || exitCode === 134;
  return {
    ...(exitCode !== null && { exitCode }),
    ...(signal !== null && { signal }),
    ...(call !== undefined && { call }),
    oom: (saidSo && aborted) || killedForMemory,
    stderr,
  };
}
