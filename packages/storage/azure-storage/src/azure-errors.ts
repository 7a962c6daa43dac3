import { StorageError, type StorageErrorOptions, StorageNoSuchKeyError } from '@lithops/core/plugin';
import { leanCause } from '@lithops/kit-storage';

type Meaning = Omit<StorageErrorOptions, 'cause'>;

/** What failed, and on what. */
export interface Attempt {
  /** Completes `could not ...`. */
  readonly what: string;
  readonly bucket: string;
  /** Of an object that must be there. */
  readonly key?: string;
}

/** An error of the service, the connection or the credentials as one of the storage; any other as it is. */
export function understood({ what, bucket, key }: Attempt, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StorageError) return error;
  const code = errorCode(error);
  const cause = leanCause(error);
  if (code === 'ContainerNotFound' || code === 'BlobNotFound' || (statusOf(error) === 404 && key !== undefined)) {
    const missing = code === 'ContainerNotFound' ? `there is no container '${bucket}' either` : undefined;
    if (key !== undefined) return new StorageNoSuchKeyError(bucket, key, { cause, ...(missing && { hint: missing }) });
    return new StorageError(`there is no container '${bucket}'`, {
      cause,
      reason: 'no-such-bucket',
      hint: 'make it with createBucket',
    });
  }
  const meaning = meaningOf(error, code);
  if (meaning === undefined) return error;
  return new StorageError(`could not ${what} (Azure Storage): ${firstLine(error)}`, { cause, ...meaning });
}

/** The service's own name for an error, also where there is no body to tell it. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const details: unknown = Reflect.get(error, 'details');
  const told = [
    Reflect.get(error, 'code'),
    typeof details === 'object' && details ? Reflect.get(details, 'errorCode') : '',
  ];
  return told.find((code) => typeof code === 'string' && code !== '') ?? '';
}

export function statusOf(error: unknown): number | undefined {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
  return typeof status === 'number' ? status : undefined;
}

function meaningOf(error: Error, code: string): Meaning | undefined {
  if (/CredentialUnavailable|AuthenticationRequired|AggregateAuthentication/.test(error.name))
    return { reason: 'no-credentials', hint: 'set azure_storage.storage_account_key, or log in (az login)' };
  if (error.name === 'AuthenticationError')
    return { reason: 'access-denied', hint: 'check the credentials of the environment' };
  const status = statusOf(error);
  if (status === 401 || status === 403)
    return {
      reason: 'access-denied',
      hint: 'check azure_storage.storage_account_key, or the rights of who is logged in',
    };
  if (code === 'InvalidBlockList')
    return {
      reason: 'unavailable',
      hint: 'another writer of the same blob was done first, which discards the blocks of all others',
    };
  if (status === 412) return { hint: 'it was replaced while it was read' };
  if (status === 429 || code === 'ServerBusy') return { reason: 'throttled' };
  if (code === 'ContainerBeingDeleted')
    return { reason: 'unavailable', hint: 'a container of that name is just being deleted' };
  if (status === 413 || code === 'BlockCountExceedsLimit' || code === 'RequestBodyTooLarge')
    return { reason: 'too-large' };
  if (status !== undefined) return status >= 500 || status === 408 ? { reason: 'unavailable' } : {};
  if (
    /^(REQUEST_SEND_ERROR|ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|ERR_STREAM_PREMATURE_CLOSE)/.test(
      code,
    ) ||
    error.name === 'AbortError' ||
    /aborted|socket hang up/.test(error.message)
  )
    return {
      reason: 'unavailable',
      hint: 'check azure_storage.storage_account_name, azure_storage.endpoint and the network',
    };
  return error.name === 'RestError' ? {} : undefined;
}

function firstLine(error: Error): string {
  return error.message.split('\n', 1)[0] || errorCode(error) || error.name;
}
