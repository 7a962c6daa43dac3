import { StorageError, type StorageErrorOptions, StorageNoSuchKeyError } from '@lithops/core/plugin';
import { leanCause } from '@lithops/kit-storage';
import type { RawAnswer } from './gcp-client.ts';

type Meaning = Omit<StorageErrorOptions, 'cause'>;

/** What failed, and on what. */
export interface Attempt {
  /** Completes `could not ...`. */
  readonly what: string;
  readonly bucket: string;
  /** Of an object that must be there. */
  readonly key?: string;
}

/** An answer that is no success, with what the service says about it. */
export class AnswerError extends Error {
  readonly status: number;
  readonly reason: string | undefined;

  constructor(status: number, message: string, reason: string | undefined) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** Reads what the service says; it is told as JSON, or as text where an object's bytes were asked for. */
export async function answerError({ status, body }: RawAnswer): Promise<AnswerError> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  try {
    const {
      error,
    }: { readonly error?: { readonly message?: string; readonly errors?: readonly { readonly reason?: string }[] } } =
      JSON.parse(text);
    return new AnswerError(status, error?.message ?? text, error?.errors?.[0]?.reason);
  } catch {
    return new AnswerError(status, text || `status ${status}`, undefined);
  }
}

/** An error of the service, the connection or the credentials as one of the storage; any other as it is. */
export function understood({ what, bucket, key }: Attempt, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StorageError) return error;
  const cause = leanCause(error);
  const status = statusOf(error);
  if (status === 404) {
    const noBucket = /bucket does not exist/i.test(error.message);
    if (key !== undefined)
      return new StorageNoSuchKeyError(bucket, key, {
        cause,
        ...(noBucket && { hint: `there is no bucket '${bucket}' either` }),
      });
    return new StorageError(`there is no bucket '${bucket}'`, {
      cause,
      reason: 'no-such-bucket',
      hint: 'make it with createBucket',
    });
  }
  const meaning = status === undefined ? connectionMeaning(error) : statusMeaning(status, reasonOf(error));
  if (meaning === undefined) return error;
  return new StorageError(`could not ${what} (Google Cloud Storage): ${error.message.split('\n', 1)[0]}`, {
    cause,
    ...meaning,
  });
}

/** The HTTP status that an error of the client or of {@link answerError} tells. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const told = [Reflect.get(error, 'status'), Reflect.get(error, 'code')].map(Number);
  return told.find((status) => status >= 100 && status < 600);
}

function statusMeaning(status: number, reason: string | undefined): Meaning {
  if (status === 429 || /rateLimitExceeded|userRateLimitExceeded/i.test(reason ?? '')) return { reason: 'throttled' };
  if (/quotaExceeded/i.test(reason ?? '')) return { reason: 'full' };
  if (status === 401 || status === 403)
    return { reason: 'access-denied', hint: 'check gcp_storage.credentials_path, or the rights of who is logged in' };
  if (status === 408 || status >= 500) return { reason: 'unavailable' };
  if (status === 413) return { reason: 'too-large' };
  if (status === 409) return { hint: 'names of buckets are taken all over the world; choose another' };
  return {};
}

function connectionMeaning(error: Error): Meaning | undefined {
  const code = String(Reflect.get(error, 'code') ?? '');
  if (/default credentials|project id/i.test(error.message))
    return {
      reason: 'no-credentials',
      hint: 'set gcp_storage.credentials_path, or log in (gcloud auth application-default login)',
    };
  if (/invalid_grant|invalid_client|PEM|DECODER|private key/i.test(`${code} ${error.message}`))
    return {
      reason: 'access-denied',
      hint: 'the key of gcp_storage.credentials_path is none, or is not valid any more',
    };
  const lost = /ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|PREMATURE|UND_ERR/;
  if (
    lost.test(code) ||
    /socket hang up|premature close|fetch failed|terminated|aborted|Retry limit|ECONN/i.test(error.message)
  )
    return { reason: 'unavailable', hint: 'check gcp_storage.endpoint and the network' };
  return undefined;
}

function reasonOf(error: Error): string | undefined {
  const own: unknown = Reflect.get(error, 'reason');
  if (typeof own === 'string') return own;
  const errors: unknown = Reflect.get(error, 'errors');
  const [first]: readonly unknown[] = Array.isArray(errors) ? errors : [];
  const reason: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'reason') : undefined;
  return typeof reason === 'string' ? reason : undefined;
}
