import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/** A call was cancelled, by its future, its signal, or the end of its executor. */
export class CancelledError extends LithopsError {
  /** What was given as the reason. */
  readonly reason: unknown;

  constructor(message: string, options: LithopsErrorOptions & { readonly reason?: unknown } = {}) {
    super(message, 'CANCELLED', options);
    this.reason = options.reason;
  }

  static {
    defineErrorKind(CancelledError, 'CancelledError');
  }
}
