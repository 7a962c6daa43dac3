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
  limits.signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    let ended = 0;
    const pending: Call[] = [];
    for (const call of calls) {
      if (!call.done) pending.push(call);
      else if (until?.(call) === true) return resolve();
      else ended++;
    }
    if (ended >= count) return resolve();

    const listeners = new Map<Call, () => void>();
    let timer: NodeJS.Timeout | undefined;
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      limits.signal?.removeEventListener('abort', onAbort);
      for (const [call, listener] of listeners) if (!call.done) call.offDone(listener);
      settle();
    };
    const onAbort = () => finish(() => reject(limits.signal?.reason));
    let finished = false;
    const onDone = (call: Call) => {
      if (finished) return;
      ended++;
      if (ended < count && until?.(call) !== true) return;
      finished = true;
      finish(resolve);
    };
    if (until === undefined && isUnlimited(limits)) {
      // The plain case costs one shared listener, not one a call.
      const shared = () => {
        if (++ended === count) resolve();
      };
      for (const call of pending) call.onDone(shared);
      return;
    }
    for (const call of pending) {
      const listener = () => onDone(call);
      listeners.set(call, listener);
      call.onDone(listener);
    }
    limits.signal?.addEventListener('abort', onAbort, { once: true });
    if (limits.timeout !== undefined) {
      const ms = durationMs(limits.timeout, 'timeout');
      timer = setTimeout(() => {
        const left = calls.length - ended;
        finish(() =>
          reject(
            new TimeoutError(`waited ${ms} ms; ${left} of ${calls.length} calls have not ended`, { phase: 'wait' }),
          ),
        );
      }, ms);
    }
  });
}

export function isUnlimited({ timeout, signal }: WaitLimits): boolean {
  return timeout === undefined && signal === undefined;
}

/** Resolves when the call has ended. */
export function untilDone(call: Call): Promise<void> {
  return new Promise((resolve) => call.onDone(resolve));
}
