import { unwatch, watch } from '../progress/watched-jobs.ts';
import type { AttemptRecord } from './attempt-record.ts';
import type { Call, CallState } from './call.ts';
import type { CallStats } from './call-stats.ts';
import { isUnlimited, untilDone, type WaitLimits, waitForCalls } from './wait-for-calls.ts';

/** Marks futures of every copy of core. */
const FUTURE = Symbol.for('lithops.future');

export interface ResultOptions extends WaitLimits {
  /** Default true. False: a failed call gives `undefined` instead of throwing. */
  readonly throwExcept?: boolean;
}

/** How a call stands. */
export interface CallStatus {
  readonly executorId: string;
  readonly jobId: string;
  readonly callId: string;
  readonly functionName: string;
  readonly state: CallState;
  readonly stats: CallStats;
  /** Every attempt so far, the oldest first. */
  readonly attempts: readonly AttemptRecord[];
  readonly error?: unknown;
}

/** What is known of a future outside its process. */
export interface FutureJson {
  readonly executorId: string;
  readonly jobId: string;
  readonly callId: string;
  readonly state: CallState;
}

let attachCall: ((json: FutureJson, options: object | undefined) => Call) | undefined;

function isFutureJson(value: unknown): value is FutureJson {
  if (typeof value !== 'object' || value === null) return false;
  const { executorId, jobId, callId } = value as Partial<Record<keyof FutureJson, unknown>>; // looked at here
  return typeof executorId === 'string' && typeof jobId === 'string' && typeof callId === 'string';
}

/** The result of one call, now or later. */
export class ResponseFuture<Result> {
  readonly #call: Call;
  /** Type only: what `result()` gives. */
  declare readonly resultType?: Result;

  /** @internal Futures come from `map` and `callAsync`. */
  constructor(call: Call) {
    this.#call = call;
  }

  get [FUTURE](): true {
    return true;
  }

  get executorId(): string {
    return this.#call.owner.executorId;
  }

  get jobId(): string {
    return this.#call.owner.jobId;
  }

  /** Five digits, `00042`. */
  get callId(): string {
    return this.#call.callId;
  }

  get functionName(): string {
    return this.#call.owner.functionName;
  }

  /** Resolves when the call of a durable job outlives this process; at once for any other. */
  get submitted(): Promise<void> {
    return this.#call.owner.submitted;
  }

  get state(): CallState {
    return this.#call.state;
  }

  get stats(): CallStats {
    return this.#call.stats;
  }

  /** What the call failed with; undefined while it has not. */
  get error(): unknown {
    return this.#call.error;
  }

  /** What the call wrote to stdout and stderr so far, in order. At most its newest 16 Mi characters. */
  get logs(): string {
    return this.#call.logs;
  }

  /** Whether the call has ended, however it ended. */
  get done(): boolean {
    return this.#call.done;
  }

  /** Whether a result is there to be read. */
  get ready(): boolean {
    return this.#call.state === 'success';
  }

  get success(): boolean {
    return this.#call.state === 'success';
  }

  get cancelled(): boolean {
    return this.#call.state === 'cancelled';
  }

  /**
   * Waits for the call and gives what its function returned.
   * @throws what the function threw, or why the call could not run. `TimeoutError` when `timeout` passes first (the call goes on).
   */
  async result(options: ResultOptions = {}): Promise<Result> {
    const call = this.#call;
    if (!call.done) await this.#ended(options);
    call.markFetched();
    if (call.state === 'success') return (call.stored === undefined ? call.value() : await call.fetch()) as Result; // what the function returned, by its type
    if (options.throwExcept === false) return undefined as Result; // asked for by the caller, see ResultOptions
    throw call.error;
  }

  /** Waits for the call to end. @throws TimeoutError, or the reason of an aborted signal; never the call's own error. */
  async wait(options: WaitLimits = {}): Promise<this> {
    await this.#ended(options);
    return this;
  }

  /** Where the call stands now. */
  async status(): Promise<CallStatus> {
    const { executorId, jobId, callId, functionName, state, stats, error } = this;
    const attempts = this.#call.history;
    return { executorId, jobId, callId, functionName, state, stats, attempts, ...(error !== undefined && { error }) };
  }

  /** Stops the call for real, wherever it is. Without effect when it has ended. */
  async cancel(reason?: unknown): Promise<void> {
    this.#call.owner.cancel([this.#call], reason);
  }

  async #ended(options: WaitLimits): Promise<void> {
    const call = this.#call;
    const job = options.showProgressBar === false ? undefined : call.owner.shown;
    if (job !== undefined) watch(job);
    try {
      await (isUnlimited(options) ? untilDone(call) : waitForCalls([call], 1, options));
    } finally {
      if (job !== undefined) unwatch(job);
    }
  }

  toJSON(): FutureJson {
    const { executorId, jobId, callId, state } = this;
    return { executorId, jobId, callId, state };
  }

  /**
   * A future of another process, from what its `toJSON` gave (or that as text). The call must be of a durable job.
   * What is not done is gone on with here when its process has ended. Its class instances come as plain objects.
   * @param options of the executor that reads it: the configuration must name the same storage.
   */
  static fromJSON<Result = unknown>(json: FutureJson | string, options?: object): ResponseFuture<Result> {
    const parsed: unknown = typeof json === 'string' ? JSON.parse(json) : json;
    if (!isFutureJson(parsed))
      throw new TypeError(`a future's toJSON() gives executorId, jobId and callId; this is ${JSON.stringify(parsed)}`);
    if (attachCall === undefined) throw new TypeError('futures are read by the whole package: import it by its name');
    return new ResponseFuture<Result>(attachCall(parsed, options));
  }

  /** @internal Told once by executors, which know how to find a call in storage. */
  static attachBy(attach: (json: FutureJson, options: object | undefined) => Call): void {
    attachCall = attach;
  }

  /** @internal The record behind a future. */
  static callOf(future: ResponseFuture<unknown>): Call {
    return future.#call;
  }

  /** @internal Whether a value is a future of this copy of core. */
  static is(value: unknown): value is ResponseFuture<unknown> {
    return typeof value === 'object' && value !== null && #call in value;
  }
}
