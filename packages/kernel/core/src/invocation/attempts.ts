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
}
