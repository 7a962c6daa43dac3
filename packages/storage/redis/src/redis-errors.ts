import { StorageError, type StorageErrorOptions } from '@lithops/core/plugin';

type Meaning = Omit<StorageErrorOptions, 'cause'>;

/** What the server's refusals mean, by how they begin; inside of a script they are told within another message. */
const REFUSALS: readonly (readonly [RegExp, Meaning])[] = [
  [/NOAUTH/, { reason: 'no-credentials', hint: 'set redis.password, and redis.username where the server has users' }],
  [
    /WRONGPASS|invalid password|invalid username-password|without any password configured|no password is set/i,
    { reason: 'access-denied', hint: 'check redis.username and redis.password' },
  ],
  [/NOPERM/, { reason: 'access-denied', hint: 'the user needs the commands and keys (lithops:*) of this storage' }],
  [
    /OOM command not allowed/,
    { reason: 'full', hint: 'the server has used its maxmemory: delete objects, or give it more' },
  ],
  [/LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|READONLY|\bBUSY\b|UNBLOCKED/, { reason: 'unavailable' }],
  [/max number of clients/, { reason: 'throttled' }],
  [
    /MISCONF/,
    { reason: 'full', hint: 'the server cannot write its snapshots, so it takes no writes; its log says why' },
  ],
  [/^(MOVED|ASK) /, { hint: 'this is a node of a Redis Cluster; this storage works with a single server or a proxy' }],
  [/DB index is out of range/, { hint: 'redis.db names a database that the server does not have' }],
];

const TLS_CODES = /^(ERR_(TLS|SSL)|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_)/;

/** An error of the server or the connection as one of the storage; any other as it is. */
export function understood(what: string, server: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StorageError) return error;
  const failed = (meaning: Meaning) =>
    new StorageError(`could not ${what} (Redis at ${server}): ${error.message || codeOf(error)}`, {
      cause: error,
      ...meaning,
    });
  if (/ALERT/.test(codeOf(error)))
    return failed({
      hint: 'the server asks clients for a certificate that it trusts: name one as redis.ssl_certfile, with its redis.ssl_keyfile',
    });
  if (TLS_CODES.test(codeOf(error)))
    return failed({ hint: 'name the certificates to trust as redis.ssl_ca_certs, or check redis.ssl' });
  if (isConnectionLoss(error))
    return failed({
      reason: 'unavailable',
      hint: 'check that the server runs, and redis.host, redis.port and redis.ssl',
    });
  const refusal = REFUSALS.find(([pattern]) => pattern.test(error.message));
  if (refusal !== undefined) return failed(refusal[1]);
  return isReply(error) ? failed({}) : error;
}

/** Whether the same command may succeed on a new connection. */
function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (/^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN)/.test(codeOf(error))) return true;
  return /^(SocketClosedUnexpectedly|ConnectionTimeout|SocketTimeout|ClientClosed|ClientOffline|DisconnectsClient|NoAnswer)/.test(
    error.constructor.name,
  );
}

/** The server was silent for too long. */
export class NoAnswerError extends Error {}

function isReply(error: Error): boolean {
  return /^(ErrorReply|SimpleError|BlobError|MultiErrorReply)$/.test(error.constructor.name);
}

function codeOf(error: Error): string {
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : '';
}
