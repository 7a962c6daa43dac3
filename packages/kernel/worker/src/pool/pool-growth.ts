import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

/** A run that waits while its program has nothing to do for so long, in ms, waits for a long one. */
const IDLE_MS = 5;
/** What starting a process takes, in ms of a processor's time, on a machine that is not slow. */
const START_MS = 30;
/** A run that has waited for so long, in ms, waits for a long one even where its program is busy with something else. */
const LONG_MS = 50;
/** Processes that are not up after so many ms are not relied on. */
const SLOW_START_MS = 1000;
/** Processes that start at once while none is up: one processor is left to the program that starts them. */
const AT_FIRST = Math.max(1, availableParallelism() - 1);

/** The processes of a pool, without those that leave it. */
export interface PoolState {
  /** Those that run. */
  readonly up: number;
  /** Those that start. */
  readonly starting: number;
}

/**
 * Says when it pays to have more processes. To start one takes processor time, of its program too, and memory; and where
 * calls are tiny that program is what limits them all: its workers wait for it, and a further one only waits with them. So
 * runs wait for a process that is up, as long as the program has its hands full. Where it waits for its workers instead,
 * for a few ms while one run waits, or for as long as a start takes since it had nothing to run (who rents skis buys them once
 * the rent has come to their price), those that wait get processes of their own.
 */
export class PoolGrowth {
  readonly #look: () => void;
  /** Who waits: the run that has waited longest, or all of them while no process is up. */
  #waits: object | undefined;
  /** Since when, and for how long the program had been idle then, ms. */
  #since = 0;
  #idleThen = 0;
  /** For how long the program was idle while others waited, since the pool had nothing to run, ms. */
  #idleBefore = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param look told from time to time, while runs wait, to ask again */
  constructor(look: () => void) {
    this.#look = look;
  }

  /** Whether another process is to be started. @param first the run that has waited longest */
  pays(first: object, { up, starting }: PoolState): boolean {
    if (up === 0 && starting < AT_FIRST) return true;
    this.#turn(up === 0 ? this : first);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, IDLE_MS).unref();
    const waited = performance.now() - this.#since;
    if (up === 0) return waited >= SLOW_START_MS;
    const idle = idleMs() - this.#idleThen;
    return idle >= IDLE_MS || this.#idleBefore + idle >= START_MS || waited >= LONG_MS;
  }

  /** No run waits, or there is no room for another process. */
  rest(): void {
    this.#turn(undefined);
  }

  /** Nothing runs, and nothing waits. */
  idle(): void {
    this.rest();
    this.#idleBefore = 0;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #turn(waits: object | undefined): void {
    if (waits === this.#waits) return;
    const idle = idleMs();
    if (this.#waits !== undefined && this.#waits !== this) this.#idleBefore += idle - this.#idleThen;
    this.#waits = waits;
    this.#idleThen = idle;
    this.#since = performance.now();
  }
}

/** For how long this program has waited for something to happen since it began, ms. */
function idleMs(): number {
  return performance.eventLoopUtilization().idle;
}
