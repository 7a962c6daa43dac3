import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/** The storage failed or refused. */
export class StorageError extends LithopsError {
  constructor(message: string, options: LithopsErrorOptions = {}) {
    super(message, 'STORAGE_FAILED', options);
  }

  static {
    defineErrorKind(StorageError, 'StorageError');
  }
}
