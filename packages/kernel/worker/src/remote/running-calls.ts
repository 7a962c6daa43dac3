import type { PoolRun } from '../pool/pool-run.ts';

/** An invocation that a supervisor runs for its client. */
export interface SupervisedRun {
  readonly run: PoolRun;
  readonly abort: AbortController;
  /** How many calls it has. */
  readonly calls: number;
}

/** How often the client is told which call runs, in ms; about as often as it asks a worker of its own machine. */
const LOOK_MS = 5;
/** Longer than a worker runs on without looking at its requests; see {@link RunningCalls.tellSoon}. */
const SETTLE_MS = 2;

/** Tells the client, which cannot look for itself, the call that each of its longer invocations is at. */
export class RunningCalls {
  readonly #runs: ReadonlyMap<number, SupervisedRun>;
  readonly #tell: (channel: number, call: number) => void;
  readonly #told = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(runs: ReadonlyMap<number, SupervisedRun>, tell: (channel: number, call: number) => void) {
    this.#runs = runs;
    this.#tell = tell;
  }

  /** Looks as long as there are invocations of several calls. */
  watch(): void {
    if (this.#timer !== undefined || !this.#needed()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
      this.watch();
    }, LOOK_MS);
  }

  /**
   * Tells what runs a moment after a recall was handed on, changed or not. A call that ran before the recall and runs
   * still is one after which the worker sees the recall: those behind it have not been started, and will not be.
   */
  tellSoon(channel: number): void {
    setTimeout(() => {
      const call = this.#runs.get(channel)?.run.running();
      if (call !== undefined) this.#tell(channel, call);
    }, SETTLE_MS);
  }

  #look(): void {
    for (const channel of this.#told.keys()) if (!this.#runs.has(channel)) this.#told.delete(channel);
    for (const [channel, { run, calls }] of this.#runs) {
      if (calls < 2) continue;
      const call = run.running();
      if (call === undefined || this.#told.get(channel) === call) continue;
      this.#told.set(channel, call);
      this.#tell(channel, call);
    }
  }

  #needed(): boolean {
    for (const { calls } of this.#runs.values()) if (calls > 1) return true;
    return false;
  }
}
