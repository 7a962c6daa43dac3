import { type Duration, durationMs } from '../config/duration.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import type { Call } from './call.ts';

export interface WaitLimits {
  /** Give up waiting after this long: seconds, or text like `'5m'`. The calls go on. */
  readonly timeout?: Duration;
  readonly signal?: AbortSignal;
  /**
   * Whether it is shown on stderr how far the jobs have come, when they take longer than about a second: bars on a terminal,
   * a line now and then elsewhere. Default: true, but for executors whose log level is `error` or `silent`, and inside tasks.
   */
  readonly showProgressBar?: boolean;
}

/**
 * Resolves when `count` of the calls have ended, or `until` says so after one of them ended.
 * @throws TimeoutError when the limit passes first; the reason of the signal when it is aborted.
 */
export function waitForCalls(
  calls: readonly Call[],
  count: number,
  limits: WaitLimits,
  until?: (ended: Call) => boolean,
): Promise<void> {
  const { timeout, signal } = limits;
  signal?.throwIfAborted();
  const pending: Call[] = [];
  for (const call of calls) {
    if (!call.done) pending.push(call);
    else if (until?.(call) === true) return Promise.resolve();
  }
  let left = count - (calls.length - pending.length);
  if (left <= 0) return Promise.resolve();

  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  let finished = false;
  const finish = (settle: () => void) => {
    finished = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    for (const call of pending) if (!call.done) call.offDone(onDone);
    settle();
  };
  const onAbort = () => finish(() => reject(signal?.reason));
  // One listener for all of them, and no table of who has which: there may be a million.
  const onDone = (call: Call) => {
    left--;
    if (!finished && (left <= 0 || until?.(call) === true)) finish(resolve);
  };
  for (const call of pending) call.onDone(onDone);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (timeout !== undefined) {
    const ms = durationMs(timeout, 'timeout');
    timer = setTimeout(() => {
      const open = calls.filter(({ done }) => !done).length;
      const text = `waited ${ms} ms; ${open} of ${calls.length} calls have not ended`;
      finish(() => reject(new TimeoutError(text, { phase: 'wait' })));
    }, ms);
  }
  return promise;
}

export function isUnlimited({ timeout, signal }: WaitLimits): boolean {
  return timeout === undefined && signal === undefined;
}

/** Resolves when the call has ended. */
export function untilDone(call: Call): Promise<unknown> {
  return new Promise((resolve) => call.onDone(resolve));
}
