import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/** The platform refused to run calls, or did not keep to the contract. */
export class InvocationError extends LithopsError {
  constructor(message: string, options: LithopsErrorOptions = {}) {
    super(message, 'INVOCATION_REFUSED', options);
  }

  static {
    defineErrorKind(InvocationError, 'InvocationError');
  }
}
