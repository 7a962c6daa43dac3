import { defineErrorKind, type LithopsErrorOptions } from './lithops-error.ts';
import { StorageError } from './storage-error.ts';

/** There is no such object, or no such bucket. */
export class StorageNoSuchKeyError extends StorageError {
  override readonly code = 'STORAGE_NO_SUCH_KEY';
  readonly bucket: string;
  readonly key: string;

  constructor(bucket: string, key: string, options: LithopsErrorOptions = {}) {
    super(`there is no object '${key}' in bucket '${bucket}'`, { ...options, reason: 'no-such-key' });
    this.bucket = bucket;
    this.key = key;
  }

  static {
    defineErrorKind(StorageNoSuchKeyError, 'StorageNoSuchKeyError');
  }
}
