import { StorageError } from '../errors/storage-error.ts';
import { retryDelay } from '../invocation/retry-delay.ts';
import { unlessAborted } from '../plugin/unless-aborted.ts';
import { abortableDelay } from './abortable-delay.ts';

/** How often, and for how long, an operation on a storage is tried again. */
export interface StorageRetryPolicy {
  /** Attempts after the first, and after each progress of a transfer. */
  readonly retries: number;
  /** ms from the first failure (or the last progress) after which none is begun. */
  readonly withinMs: number;
}

export const DEFAULT_STORAGE_RETRY: StorageRetryPolicy = { retries: 5, withinMs: 60_000 };

/** Whether a failure may pass by itself. */
export function isTransient(error: unknown): boolean {
  return error instanceof StorageError && (error.reason === 'throttled' || error.reason === 'unavailable');
}

/** The failures of one operation, since it began or last came further. */
export class StorageAttempts {
  readonly #policy: StorageRetryPolicy;
  readonly #signal: AbortSignal | undefined;
  #failed = 0;
  #since = 0;

  constructor(policy: StorageRetryPolicy, signal: AbortSignal | undefined) {
    this.#policy = policy;
    this.#signal = signal;
  }

  progressed(): void {
    this.#failed = 0;
  }

  /** Waits until the next attempt is due. @throws the failure when there is to be none; the reason of the signal. */
  async afterFailure(error: unknown, repeatable = true): Promise<void> {
    this.#signal?.throwIfAborted();
    if (!isTransient(error) || !repeatable) throw error;
    if (this.#failed++ === 0) this.#since = performance.now();
    const delay = retryDelay(this.#failed);
    const late = performance.now() + delay - this.#since > this.#policy.withinMs;
    if (this.#failed > this.#policy.retries || late) throw error;
    await abortableDelay(delay, this.#signal);
  }
}

/** Runs an operation, again where its failure may pass by itself. */
export async function retrying<Result>(
  run: () => Promise<Result>,
  policy: StorageRetryPolicy,
  signal: AbortSignal | undefined,
  repeatable: () => boolean = () => true,
): Promise<Result> {
  const attempts = new StorageAttempts(policy, signal);
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await unlessAborted(run(), signal);
    } catch (error) {
      await attempts.afterFailure(error, repeatable());
    }
  }
}
