import { availableParallelism } from 'node:os';

/** What is waited for longer is slept through, and so are waits that are likely to be longer. */
const POLL_MS = 0.5;
/** How much a wait moves the average of its kind. */
const WEIGHT = 1 / 8;
/** After so many waits one is of the kind that is worse on average, in case that has changed: ever rarer while it has not. */
const FIRST_TRIAL = 32;
const LAST_TRIAL = 2048;

/**
 * Waits for something without going to sleep, where that shortens the wait. A processor that sleeps takes long to wake, 20 to
 * 100 us in a virtual machine, and so does the write that wakes it: more than a small call takes. But on a machine that is busy
 * who does not sleep only keeps others from work. So both ways are measured, and the better one is taken; the price of an error
 * is half a ms of processor time. See docs/architecture.md.
 */
export class BusyPoll {
  #since = 0;
  #waiting = false;
  #polls = false;
  #inLoop = false;
  #isTrial = false;
  /** Waits until the next trial, and those between two of them. */
  #untilTrial = FIRST_TRIAL;
  #trialEvery = FIRST_TRIAL;
  /** How long waits take on average, in ms. */
  #polled = 0;
  #slept = 0;
  /** Where there is one processor, who polls keeps it from the one that is waited for. */
  readonly #alone = availableParallelism() < 2;

  /** Something comes next. */
  begin(): void {
    if (this.#alone) return;
    this.#since = performance.now();
    this.#waiting = true;
    this.#isTrial = --this.#untilTrial <= 0; // below when a trial was begun and never ended
    this.#polls = this.#isTrial ? !this.#pollsBetter : this.#pollsBetter;
    if (!this.#polls || this.#inLoop) return;
    this.#inLoop = true;
    setImmediate(this.#poll);
  }

  /** It is there, or need not be waited for any more. */
  end(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    // A single pause must not outweigh a hundred waits.
    const waited = Math.min(performance.now() - this.#since, 2 * POLL_MS);
    const polledBetter = this.#pollsBetter;
    if (this.#isTrial) this.#tried(waited < (this.#polls ? this.#slept : this.#polled));
    if (this.#polls) this.#polled += (waited - this.#polled) * WEIGHT;
    else this.#slept += (waited - this.#slept) * WEIGHT;
    if (this.#pollsBetter !== polledBetter) this.#tried(true);
  }

  get #pollsBetter(): boolean {
    return this.#polled < Math.min(this.#slept, POLL_MS);
  }

  /** What is worse can be much worse: to sleep while the other one polls on the same processor. */
  #tried(somethingChanges: boolean): void {
    this.#trialEvery = somethingChanges ? FIRST_TRIAL : Math.min(2 * this.#trialEvery, LAST_TRIAL);
    this.#untilTrial = this.#trialEvery;
  }

  /** With an immediate in line, the event loop looks at its descriptors and goes on at once. */
  readonly #poll = (): void => {
    this.#inLoop = this.#waiting && performance.now() - this.#since < POLL_MS;
    if (this.#inLoop) setImmediate(this.#poll);
  };
}
