import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/** `queued`: not sent yet. `invoked`: sent to a worker, not known to run. `running`: in the user's function. `wait`: only waiting was given up. */
export type TimeoutPhase = 'queued' | 'invoked' | 'running' | 'wait';

/** A time limit has passed. */
export class TimeoutError extends LithopsError {
  readonly phase: TimeoutPhase;

  constructor(message: string, options: LithopsErrorOptions & { readonly phase: TimeoutPhase }) {
    super(message, 'TIMED_OUT', options);
    this.phase = options.phase;
  }

  static {
    defineErrorKind(TimeoutError, 'TimeoutError');
  }
}
