import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/** An item or a result is larger than the backend can carry. */
export class PayloadTooLargeError extends LithopsError {
  constructor(message: string, options: LithopsErrorOptions = {}) {
    super(message, 'PAYLOAD_TOO_LARGE', options);
  }

  static {
    defineErrorKind(PayloadTooLargeError, 'PayloadTooLargeError');
  }
}
