import { availableParallelism } from 'node:os';

/** Waits that were shorter than this, in ms, are worth staying awake for; no wait is stayed awake for longer. */
const WINDOW_MS = 0.15;

/**
 * Keeps the event loop from sleeping while something is expected within microseconds: what arrives is then read at once,
 * where waking a process that sleeps takes as long as a tiny call. Only when the wait before was that short, so that an
 * idle process sleeps, and one whose work takes longer too; never where there is one CPU, which the other side needs.
 */
export class Wakefulness {
  readonly #possible: boolean;
  readonly #now: () => number;
  #since = 0;
  #lastWait = Number.POSITIVE_INFINITY;
  #waiting = false;
  #awake = false;
  readonly #look = (): void => {
    if (this.#waiting && this.#now() - this.#since < WINDOW_MS) setImmediate(this.#look);
    else this.#awake = false;
  };

  /** @param now ms, of a clock that never goes back */
  constructor(now: () => number = () => performance.now(), cpus: number = availableParallelism()) {
    this.#now = now;
    this.#possible = cpus > 1;
  }

  /** Something is to arrive from now on. */
  expect(): void {
    if (!this.#possible) return;
    this.#since = this.#now();
    this.#waiting = true;
    if (this.#lastWait > WINDOW_MS || this.#awake) return;
    this.#awake = true;
    setImmediate(this.#look);
  }

  /** It has arrived. */
  arrived(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#lastWait = this.#now() - this.#since;
  }
}
