import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

export interface WorkerLostOptions extends LithopsErrorOptions {
  readonly exitCode?: number;
  readonly signal?: string;
  readonly oom?: boolean;
  readonly runningCall?: number;
  readonly suspects?: readonly number[];
}

/** The process that ran the call ended before the call did. */
export class WorkerLostError extends LithopsError {
  readonly exitCode?: number;
  /** Name of the signal that ended it, `SIGKILL`. */
  readonly signal?: string;
  /** Whether it ended for want of memory. */
  readonly oom?: boolean;
  /** Number of the call that ran, where a worker ran several and it is known. */
  readonly runningCall?: number;
  /** Numbers of calls one of which ran, where a worker ran several that take next to no time. */
  readonly suspects?: readonly number[];

  constructor(message: string, options: WorkerLostOptions = {}) {
    super(message, 'WORKER_LOST', options);
    const { exitCode, signal, oom, runningCall, suspects } = options;
    if (exitCode !== undefined) this.exitCode = exitCode;
    if (signal !== undefined) this.signal = signal;
    if (oom !== undefined) this.oom = oom;
    if (runningCall !== undefined) this.runningCall = runningCall;
    if (suspects !== undefined) this.suspects = suspects;
  }

  static {
    defineErrorKind(WorkerLostError, 'WorkerLostError');
  }
}
