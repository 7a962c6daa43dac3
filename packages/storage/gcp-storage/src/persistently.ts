import { setTimeout as delay } from 'node:timers/promises';
import { StorageError } from '@lithops/core/plugin';

const MOST_FAILURES = 5;
const FIRST_PAUSE_MS = 100;

/** Tries again what may pass, a few times. @throws what it last threw; the reason of the signal. */
export async function persistently<Result>(
  understood: (error: unknown) => unknown,
  signal: AbortSignal,
  run: () => Promise<Result>,
): Promise<Result> {
  for (let failures = 1; ; failures++) {
    try {
      return await run();
    } catch (error) {
      signal.throwIfAborted();
      const failure = understood(error);
      const mayPass = failure instanceof StorageError && ['unavailable', 'throttled'].includes(failure.reason);
      if (!mayPass || failures === MOST_FAILURES) throw error;
      await delay(FIRST_PAUSE_MS * 2 ** failures * (0.75 + Math.random() / 2), undefined, { signal });
    }
  }
}
