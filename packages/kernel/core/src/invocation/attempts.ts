import type { Job } from '../job/job.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';
import type { Attempt } from './attempt.ts';

/** The invocations in flight, in no order. An array: one goes and one comes with each call, and a Set pays for that. */
export class Attempts {
  readonly #attempts: Attempt[] = [];

  get size(): number {
    return this.#attempts.length;
  }

  /** A view; to be copied by those who add some meanwhile. */
  get all(): readonly Attempt[] {
    return this.#attempts;
  }

  add(attempt: Attempt): void {
    attempt.place = this.#attempts.length;
    this.#attempts.push(attempt);
  }

  delete(attempt: Attempt): void {
    if (this.#attempts[attempt.place] !== attempt) return;
    const last = this.#attempts.pop();
    if (last === undefined || last === attempt) return;
    this.#attempts[attempt.place] = last;
    last.place = attempt.place;
  }

  /** What workers are at, as far as that is known here: they run the calls of an invocation one after the other, or so many at once. */
  activity(
    job: Job,
    {
      parallelCalls = 1,
      concurrencyPerWorker = 1,
    }: Partial<Pick<ComputeCapabilities, 'parallelCalls' | 'concurrencyPerWorker'>> = {},
  ): { readonly running: number; readonly workers: number } {
    let running = 0;
    let attempts = 0;
    for (const attempt of this.#attempts) {
      if (attempt.job !== job || attempt.size === 0) continue;
      attempts++;
      running += Math.min(attempt.size, parallelCalls);
    }
    return { running, workers: Math.ceil(attempts / concurrencyPerWorker) };
  }
}
