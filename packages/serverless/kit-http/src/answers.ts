import type { IncomingHttpHeaders } from 'node:http';
import { PayloadTooLargeError } from '@lithops/core/plugin';
import { MODULE_NEEDED, WORKER_HEADER } from '@lithops/worker/http';
import { RefusedRequestError } from './refused-request-error.ts';

/** What an answer other than 200 means for the request. */
export type Answer =
  | { readonly action: 'send-modules' }
  /** Nothing was run: the same request may be sent again. */
  | { readonly action: 'wait'; readonly error: Error }
  | { readonly action: 'fail'; readonly error: Error };

/** What Envoy says of a connection that it had, and lost before an answer came: the request may have got to a worker. */
const LOST_UPSTREAM =
  /reset reason: (?!remote connection failure|connection failure|local connection failure|overflow)/i;

/**
 * Sorts by HTTP status, and by who answers: a worker says what it has done, a gateway does not know. 502 and 504 come from
 * gateways that lost a worker to which they had passed the request on.
 */
export function sortAnswer(
  { statusCode, headers }: { readonly statusCode: number; readonly headers: IncomingHttpHeaders },
  text: string,
  url: URL,
): Answer {
  const said = messageOf(text);
  const byWorker = headers[WORKER_HEADER] !== undefined;
  const error = (hint?: string) =>
    new RefusedRequestError(`${url.origin} answered ${statusCode}${said === '' ? '' : `: ${said}`}`, {
      status: statusCode,
      byWorker,
      ...(hint !== undefined && { hint }),
    });
  const mayHaveRun: Answer = {
    action: 'fail',
    error: error('the gateway lost the worker; the call may have run, so it is repeated only if retries allow it'),
  };
  switch (statusCode) {
    case MODULE_NEEDED:
      return { action: 'send-modules' };
    case 429:
    case 503:
      if (!byWorker && LOST_UPSTREAM.test(said)) return mayHaveRun;
      return {
        action: 'wait',
        error: error(
          'every worker was busy or none was started in time; raise the time limit, or the platform’s limits',
        ),
      };
    case 401:
    case 403:
      return { action: 'fail', error: error('the token or identity that was sent is not accepted there') };
    case 404:
      return { action: 'fail', error: error('no worker is deployed at this address') };
    case 413:
      return {
        action: 'fail',
        error: new PayloadTooLargeError(
          `${url.origin} takes no request of this size${said === '' ? '' : `: ${said}`}`,
          { hint: 'put large data into storage and pass its key' },
        ),
      };
    case 502:
    case 504:
      return mayHaveRun;
    default:
      return { action: 'fail', error: error() };
  }
}

/** Seconds or a date, as ms from now. Undefined when there is none that can be read. */
export function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether a request failed before any of it got to a worker. */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && NEVER_SENT.has(error.code)) return true;
  if (error instanceof AggregateError) return error.errors.every(wasNeverSent);
  return wasNeverSent(error.cause);
}

/** The worker answers in JSON, gateways in whatever they like. */
function messageOf(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed && typeof parsed.error === 'string')
      return parsed.error;
  } catch {
    // Text then.
  }
  return text
    .replaceAll(/<[^>]*>|\s+/g, ' ')
    .trim()
    .slice(0, 200);
}
