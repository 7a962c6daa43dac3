import type { Call } from '../future/call.ts';
import type { Job } from '../job/job.ts';
import type { InvocationRun } from '../plugin/compute-plugin.ts';

/** An invocation in flight. */
export class Attempt {
  readonly job: Job;
  readonly calls: readonly Call[];
  readonly startedAt: number = performance.now();
  /** The same in ms since the epoch. */
  readonly invokedAt: number = performance.timeOrigin + this.startedAt;
  /** Calls that the worker has not answered yet, each in its place among `calls`. */
  readonly #left: (Call | undefined)[];
  #size: number;
  /** Places by the calls' numbers; only where these are not in sequence. */
  #places: Map<number, number> | undefined;
  /** Made for those who ask for it. */
  #abort: AbortController | undefined;
  #stopped = false;
  run: InvocationRun | undefined;
  /** Its place among those in flight. */
  place = -1;
  /** Nothing more comes from it. */
  ended = false;
  /** Time that the calls it has answered took, ms. */
  workMs = 0;
  lastEventAt: number = this.startedAt;
  /** The call that the worker has said last to have begun, and when that was heard. */
  running: { readonly index: number; readonly since: number } | undefined;
  /** The last recall: when it was sent, and the call that ran then. */
  recalled: { readonly at: number; readonly running: number } | undefined;

  constructor(job: Job, calls: readonly Call[]) {
    this.job = job;
    this.calls = calls;
    this.#left = [...calls];
    this.#size = calls.length;
  }

  /** Number of calls that the worker has not answered yet. */
  get size(): number {
    return this.#size;
  }

  /** For messages: `calls 0-9 of job M000`. */
  get callsText(): string {
    const [first = 0, last = first] = [this.calls[0]?.index, this.calls.at(-1)?.index];
    return `${first === last ? `call ${first}` : `calls ${first}-${last}`} of job ${this.job.jobId}`;
  }

  /** For messages: `ended after 12 ms`. */
  endText(failure: unknown): string {
    const after = `after ${Math.round(performance.now() - this.startedAt)} ms`;
    if (failure !== undefined)
      return `failed ${after}: ${failure instanceof Error ? failure.message : String(failure)}`;
    return this.stopped ? `stopped ${after}` : `ended ${after}`;
  }

  /** Calls that the worker has not answered yet. */
  unanswered(): Call[] {
    return this.#left.filter((call) => call !== undefined);
  }

  /** The call of that number, if the worker has not answered it yet. */
  expected(index: number): Call | undefined {
    return this.#left[this.#placeOf(index)];
  }

  expects(call: Call): boolean {
    return this.expected(call.index) === call;
  }

  /** Aborted when the work is stopped. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#stopped) this.#abort.abort();
    return this.#abort.signal;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Stops the work at once; what is unanswered then is no fault of the calls. */
  stop(): void {
    this.#stopped = true;
    this.#abort?.abort();
    this.run?.stop?.();
  }

  /** Numbers of unanswered calls that come after this one. */
  behind(running: number): number[] {
    return this.#left.slice(this.#placeOf(running) + 1).flatMap((call) => (call === undefined ? [] : [call.index]));
  }

  /** Takes a call off this attempt. Undefined when it is not, or no longer, this attempt's to answer. */
  answered(index: number): Call | undefined {
    const place = this.#placeOf(index);
    const call = this.#left[place];
    if (call === undefined) return undefined;
    this.#left[place] = undefined;
    this.#size--;
    return call;
  }

  /** -1 for a number that is none of its calls'. */
  #placeOf(index: number): number {
    const place = index - (this.calls[0]?.index ?? 0);
    if (this.calls[place]?.index === index) return place;
    this.#places ??= new Map(this.calls.map((call, at) => [call.index, at]));
    return this.#places.get(index) ?? -1;
  }
}
