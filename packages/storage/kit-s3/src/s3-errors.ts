import type { S3ServiceException } from '@aws-sdk/client-s3';
import { LithopsError, StorageError, type StorageFailure, StorageNoSuchKeyError } from '@lithops/core/plugin';
import { codesOfTheNetwork, hintOf, REASONS } from './s3-failures.ts';
import type { S3Service } from './s3-service.ts';

/** What was asked, of whom. */
export interface S3Request {
  /** `put bucket/key`, for messages. */
  readonly action: string;
  readonly bucket: string;
  /** Absent in requests about a bucket. */
  readonly key?: string;
}

/** What S3 told of a failure. Its own text of a missing body (HEAD) is only a status. */
export interface S3Failure {
  readonly code: string;
  readonly status: number | undefined;
  readonly message: string;
  /** The region that the bucket is in, where S3 tells. */
  readonly region: string | undefined;
  /** Requests that were sent. */
  readonly attempts: number;
}

/** An error of the SDK or the network as one that says what to do. Errors that are ours already stay as they are. */
export function toStorageError(service: S3Service, { action, bucket, key }: S3Request, error: unknown): Error {
  if (error instanceof LithopsError) return error;
  const failure = failureOf(error);
  const reason = reasonOf(failure);
  if (key !== undefined && reason === 'no-such-key') return new StorageNoSuchKeyError(bucket, key, { cause: error });
  const told = failure.message === failure.code ? failure.code : `${failure.code}: ${failure.message}`;
  const hint = hintOf(service, failure, { reason, bucket });
  return new StorageError(`${service.name} could not ${action}: ${told}`, {
    reason,
    cause: error,
    ...(hint !== undefined && { hint }),
  });
}

/** Like {@link toStorageError} for reads, to which a missing bucket is a missing key. */
export function toReadError(service: S3Service, request: S3Request & { readonly key: string }, error: unknown): Error {
  if (!(error instanceof LithopsError) && reasonOf(failureOf(error)) === 'no-such-bucket')
    return new StorageNoSuchKeyError(request.bucket, request.key, {
      hint: `there is no bucket '${request.bucket}' either`,
      cause: error,
    });
  return toStorageError(service, request, error);
}

export function failureOf(error: unknown): S3Failure {
  const { name, code, message, Code, Region, $metadata, $response } = (error ?? {}) as Partial<S3ServiceException> & {
    readonly code?: string;
    readonly Code?: string;
    readonly Region?: string;
  }; // every member is looked at before it is used
  const status = $metadata?.httpStatusCode;
  const headers: Readonly<Record<string, string | undefined>> = $response?.headers ?? {};
  return {
    code: codeOf([code, Code, name], status),
    status,
    message:
      message === undefined || message.trim() === '' || message === 'UnknownError'
        ? statusText(status)
        : firstLine(message),
    region: Region ?? headers['x-amz-bucket-region'],
    attempts: $metadata?.attempts ?? 1,
  };
}

/** Whether a conditional put found an object, or somebody who was putting one. */
export function isPreconditionFailed({ status, code }: S3Failure): boolean {
  return status === 412 || code === 'PreconditionFailed';
}

/** Another conditional put of this key is under way: neither has been decided. */
export function isConflict({ code, status }: S3Failure): boolean {
  return code === 'ConditionalRequestConflict' || (status === 409 && code === 'OperationAborted');
}

export function isMissing(failure: S3Failure): boolean {
  const reason = reasonOf(failure);
  return reason === 'no-such-key' || reason === 'no-such-bucket';
}

function reasonOf({ code, status, message }: S3Failure): StorageFailure {
  const known = REASONS.get(code);
  if (known !== undefined) return known;
  if (codesOfTheNetwork.has(code) || /socket hang up|aborted|Connection lost/.test(message)) return 'unavailable';
  if (/^Exceeded 10000 parts/.test(message)) return 'too-large';
  switch (status) {
    case 401:
    case 403:
      return 'access-denied';
    case 404:
      return 'no-such-key';
    case 413:
      return 'too-large';
    case 429:
      return 'throttled';
    case 507:
      return 'full';
    default:
      return status !== undefined && status >= 500 ? 'unavailable' : 'other';
  }
}

function codeOf(candidates: readonly (string | undefined)[], status: number | undefined): string {
  const vague = new Set(['Error', 'UnknownError', 'Unknown', 'S3ServiceException', '']);
  const code = candidates.find((candidate) => typeof candidate === 'string' && !vague.has(candidate));
  return code ?? (status === undefined ? 'Error' : `HTTP ${status}`);
}

/** What follows is the SDK's advice to programmers. */
function firstLine(message: string): string {
  return message.trim().split('\n', 1)[0] ?? '';
}

function statusText(status: number | undefined): string {
  return status === undefined ? 'no reason was told' : `HTTP status ${status}`;
}
