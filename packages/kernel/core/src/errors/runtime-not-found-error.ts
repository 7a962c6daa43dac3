import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/** The runtime (image, function, Node binary) does not exist. */
export class RuntimeNotFoundError extends LithopsError {
  constructor(message: string, options: LithopsErrorOptions = {}) {
    super(message, 'RUNTIME_NOT_FOUND', options);
  }

  static {
    defineErrorKind(RuntimeNotFoundError, 'RuntimeNotFoundError');
  }
}
