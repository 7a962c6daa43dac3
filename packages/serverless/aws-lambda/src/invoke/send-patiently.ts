import { setTimeout as delay } from 'node:timers/promises';
import { WorkerLostError } from '@lithops/core/plugin';
import { awsError, failureOf } from '../aws/aws-error.ts';
import type { InvocationLimiter } from './invocation-limiter.ts';

export interface Patience {
  readonly limiter: InvocationLimiter;
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Asked when Lambda refuses although nothing of ours runs. @returns why that will not change; undefined where it may */
  readonly refusedForGood: () => Promise<Error | undefined>;
}

/** Nothing was run, and the account or function has too much to do. */
const THROTTLED: ReadonlySet<string> = new Set([
  'TooManyRequestsException',
  'EC2ThrottledException',
  'ThrottlingException',
]);

/** Nothing was run, because the function is not ready yet. */
const NOT_READY: ReadonlySet<string> = new Set([
  'CodeArtifactUserPendingException',
  'ResourceNotReadyException',
  'ResourceConflictException',
  'ENINotReadyException',
  'SnapStartNotReadyException',
]);

/** Nothing was sent. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
]);

/** The connection ended while the answer was waited for. */
const CUT: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Sends a request to run something, again while Lambda says that it was not run: within limits that fall while it refuses.
 * @throws InvocationError, PayloadTooLargeError, WorkerLostError; the signal's reason
 */
export async function sendPatiently<Answer>(send: () => Promise<Answer>, patience: Patience): Promise<Answer> {
  const { limiter, patienceMs, signal, refusedForGood } = patience;
  const giveUpAt = performance.now() + patienceMs;
  for (let tries = 1; ; tries++) {
    try {
      const answer = await send();
      limiter.accepted();
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      const { code, retryAfterMs } = failureOf(error);
      const throttled = THROTTLED.has(code);
      if (CUT.has(code))
        throw new WorkerLostError(`the connection to AWS Lambda was cut (${code}); the function may have run`, {
          cause: error,
        });
      if (!throttled && !NOT_READY.has(code) && !NEVER_SENT.has(code)) throw awsError('invoke the function', error);
      if (throttled) limiter.refused();
      // Full jitter: those that were refused together do not come back together.
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
      const pause = Math.max(retryAfterMs ?? 0, longest * (0.1 + 0.9 * Math.random()));
      if (performance.now() + pause > giveUpAt) throw awsError('invoke the function', error);
      const never = throttled && limiter.running <= 1 ? await refusedForGood() : undefined;
      if (never !== undefined) throw never;
      await delay(pause, undefined, { signal });
    }
  }
}
