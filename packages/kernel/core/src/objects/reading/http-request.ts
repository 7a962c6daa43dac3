import { setTimeout as delay } from 'node:timers/promises';
import { StorageError, type StorageFailure } from '../../errors/storage-error.ts';
import { printableUrl } from '../printable-url.ts';

/** Tries after the first, each after twice the time. */
const RETRIES = 4;
const FIRST_DELAY_MS = 200;

/**
 * GET, again while the server is busy or cannot be reached. Any other status is the caller's to judge.
 * @throws StorageError
 */
export async function httpGet(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  for (let retries = 0; ; retries++) {
    const outcome = await attempt(url, headers, signal);
    signal?.throwIfAborted();
    if (outcome instanceof Response && !(outcome.status === 429 || outcome.status >= 500)) return outcome;
    if (retries === RETRIES) throw failure(url, outcome);
    if (outcome instanceof Response) await outcome.body?.cancel();
    await delay(retryDelay(retries), undefined, signal === undefined ? {} : { signal });
  }
}

/** ms to wait before a retry. */
export function retryDelay(retries: number): number {
  return FIRST_DELAY_MS * 2 ** retries * (0.5 + Math.random());
}

/** A status that no retry changes. */
export function statusError(url: string, status: number): StorageError {
  const reason: StorageFailure =
    status === 404 || status === 410
      ? 'no-such-key'
      : status === 401 || status === 403
        ? 'access-denied'
        : status === 429
          ? 'throttled'
          : status >= 500
            ? 'unavailable'
            : 'other';
  return new StorageError(`${printableUrl(url)} cannot be read: the server answered ${status}`, { reason });
}

/** Part of an error message: what went wrong below `fetch`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

async function attempt(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const { address, authorization } = withoutUser(url);
  try {
    // Compressed on the way, ranges and sizes would not be those of the object.
    return await fetch(address, {
      headers: { 'accept-encoding': 'identity', ...authorization, ...headers },
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    return error;
  }
}

/** `fetch` refuses URLs with a user's name; they are sent the way browsers and curl send them. */
function withoutUser(url: string): { readonly address: string; readonly authorization?: Record<string, string> } {
  const parsed = new URL(url);
  const { username, password } = parsed;
  if (username === '' && password === '') return { address: url };
  parsed.username = '';
  parsed.password = '';
  const user = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return { address: parsed.href, authorization: { authorization: `Basic ${user}` } };
}

function failure(url: string, outcome: unknown): StorageError {
  if (outcome instanceof Response) return statusError(url, outcome.status);
  return new StorageError(`${printableUrl(url)} cannot be reached: ${reasonOf(outcome)}`, {
    reason: 'unavailable',
    cause: outcome,
  });
}
