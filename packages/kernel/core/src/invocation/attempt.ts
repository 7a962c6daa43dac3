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
  /** Calls that the worker has not answered yet, by index. */
  readonly unanswered: Map<number, Call> = new Map();
  readonly #abort = new AbortController();
  run: InvocationRun | undefined;
  /** Nothing more comes from it. */
  ended = false;
  lastEventAt: number = this.startedAt;
  /** The call that the worker has said last to have begun, and when that was heard. */
  running: { readonly index: number; readonly since: number } | undefined;
  /** The last recall: when it was sent, and the call that ran then. */
  recalled: { readonly at: number; readonly running: number } | undefined;

  constructor(job: Job, calls: readonly Call[]) {
    this.job = job;
    this.calls = calls;
    for (const call of calls) this.unanswered.set(call.index, call);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Stops the work at once; what is unanswered then is no fault of the calls. */
  stop(): void {
    this.#abort.abort();
  }

  /** Unanswered calls that come after this one. */
  behind(running: number): number[] {
    const position = this.calls.findIndex((call) => call.index === running);
    return this.calls.slice(position + 1).flatMap((call) => (this.unanswered.has(call.index) ? [call.index] : []));
  }

  /** Takes a call off this attempt. Undefined when it is not, or no longer, this attempt's to answer. */
  answered(index: number): Call | undefined {
    const call = this.unanswered.get(index);
    this.unanswered.delete(index);
    return call;
  }
}
