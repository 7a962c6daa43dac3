import type { StorageFailure } from '@lithops/core/plugin';
import type { S3Failure } from './s3-errors.ts';
import type { S3Service } from './s3-service.ts';

/** Codes of S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html), of servers that speak it, and of the SDK. */
const CODES: Readonly<Record<StorageFailure, readonly string[]>> = {
  'no-such-key': ['NoSuchKey', 'NotFound'],
  'no-such-bucket': ['NoSuchBucket'],
  'no-credentials': ['CredentialsProviderError', 'TokenProviderError'],
  'access-denied': [
    ...['AccessDenied', 'Forbidden', 'AllAccessDisabled', 'AccountProblem', 'NotSignedUp', 'BucketAlreadyExists'],
    ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken', 'TokenRefreshRequired'],
    ...['RequestTimeTooSkewed', 'InvalidClientTokenId', 'AuthFailure', 'UnrecognizedClientException'],
  ],
  throttled: [
    ...['SlowDown', 'SlowDownRead', 'SlowDownWrite', 'Throttling', 'ThrottlingException', 'ThrottledException'],
    ...['RequestLimitExceeded', 'TooManyRequests', 'TooManyRequestsException', 'BandwidthLimitExceeded', 'Busy'],
  ],
  unavailable: [
    ...['InternalError', 'ServiceUnavailable', 'RequestTimeout', 'TimeoutError', 'OperationAborted'],
    ...['ConditionalRequestConflict', 'XMinioServerNotInitialized'],
  ],
  full: ['InsufficientStorage', 'QuotaExceeded', 'XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded'],
  'too-large': ['EntityTooLarge', 'KeyTooLongError', 'KeyTooLong', 'MaxMessageLengthExceeded'],
  other: ['PermanentRedirect', 'TemporaryRedirect', 'AuthorizationHeaderMalformed', 'InvalidBucketName'],
};

export const REASONS: ReadonlyMap<string, StorageFailure> = new Map(
  Object.entries(CODES).flatMap(([reason, codes]) => codes.map((code) => [code, reason as StorageFailure] as const)),
); // a key of the record

/** Of Node's sockets and resolver. */
export const codesOfTheNetwork: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'EPROTO', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_SOCKET_CONNECTION_TIMEOUT'],
]);

const CREDENTIALS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'there is no such access key; correct access_key_id',
  InvalidClientTokenId: 'there is no such access key; correct access_key_id',
  SignatureDoesNotMatch: 'the secret access key is not that of the access key; correct secret_access_key',
  ExpiredToken: 'the session token has expired; get new temporary credentials',
  TokenRefreshRequired: 'the session token has expired; get new temporary credentials',
  InvalidToken: 'session_token is wrong, or belongs to another access key',
  RequestTimeTooSkewed: 'the clock of this machine is wrong by more than 15 minutes; set it right',
};

/** How the SDK complains of pages that are no XML, or none of S3's. */
const NO_ANSWER_OF_S3 = /XML parse error|Deserialization error/;

/** What to do about a failure; undefined where nothing can be said. */
export function hintOf(
  { section, credentialsHint }: S3Service,
  { code, status, region, message }: S3Failure,
  { reason, bucket }: { readonly reason: StorageFailure; readonly bucket: string },
): string | undefined {
  const known = CREDENTIALS[code];
  if (known !== undefined) return known;
  if (message === 'Region is missing') return `set ${section}.region, or AWS_REGION`;
  if (reason === 'other' && NO_ANSWER_OF_S3.test(message))
    return `is ${section}.endpoint the address of a server that speaks S3?`;
  if (status === 301 || code === 'PermanentRedirect' || code === 'AuthorizationHeaderMalformed')
    return region === undefined
      ? `bucket '${bucket}' is in another region; correct ${section}.region`
      : `bucket '${bucket}' is in region ${region}; set ${section}.region to it`;
  if (code === 'BucketAlreadyExists')
    return `somebody else has bucket '${bucket}'; choose another name (${section}.storage_bucket)`;
  if (code === 'InvalidBucketName') return 'names of buckets are 3 to 63 lower-case letters, digits, dots and hyphens';
  if (code === 'ENOTFOUND' || code === 'ECONNREFUSED')
    return `nothing answers there; correct ${section}.endpoint or region, or start the server`;
  switch (reason) {
    case 'no-credentials':
      return credentialsHint;
    case 'no-such-bucket':
      return `make it with createBucket('${bucket}'), or correct the name`;
    case 'access-denied':
      return `the credentials do not allow it on bucket '${bucket}', or it belongs to somebody else`;
    case 'full':
      return 'the server has no room left, or the quota is used up; delete objects or ask for more';
    case 'too-large':
      return 'keep keys below 1,024 bytes and objects below the limit of capabilities; split larger ones';
    default:
      return undefined;
  }
}
