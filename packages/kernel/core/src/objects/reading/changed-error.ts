import { StorageError } from '../../errors/storage-error.ts';
import { StorageNoSuchKeyError } from '../../errors/storage-no-such-key-error.ts';

const AGAIN = 'do not change objects while a job reads them; start the job again';

/** An object is not what it was when the job was made. */
export function changedError(object: string, what: string): StorageError {
  return new StorageError(`${object} has changed since the job was made: ${what}`, { hint: AGAIN });
}

/** An object is there no more. */
export function deletedError(object: string, cause?: unknown): StorageError {
  return new StorageError(`${object} has been deleted since the job was made`, {
    reason: 'no-such-key',
    hint: AGAIN,
    ...(cause !== undefined && { cause }),
  });
}

/** The same for an object of a storage. */
export function deletedKeyError(bucket: string, key: string, cause: unknown): StorageNoSuchKeyError {
  return new StorageNoSuchKeyError(bucket, key, {
    hint: `it has been deleted since the job was made; ${AGAIN}`,
    cause,
  });
}
