import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/**
 * Why a storage failed. `throttled` (too many requests) and `unavailable` (not reachable, or an error of the server's own)
 * may pass by themselves: the `Storage` facade tries these again, and no other.
 */
export type StorageFailure =
  | 'access-denied'
  | 'no-credentials'
  | 'no-such-bucket'
  | 'no-such-key'
  | 'throttled'
  | 'unavailable'
  | 'full'
  | 'too-large'
  | 'other';

export interface StorageErrorOptions extends LithopsErrorOptions {
  /** Default: `other`. */
  readonly reason?: StorageFailure;
}

/** The storage failed or refused. */
export class StorageError extends LithopsError {
  readonly reason: StorageFailure;

  constructor(message: string, options: StorageErrorOptions = {}) {
    super(message, 'STORAGE_FAILED', options);
    this.reason = options.reason ?? 'other';
  }

  static {
    defineErrorKind(StorageError, 'StorageError');
  }
}
