import type { CallTimes } from '@lithops/worker';
import type { EncodedValues, StoredValue } from '@lithops/worker/values';
import { epochMs } from '../epoch-ms.ts';
import { attemptHistory } from './attempt-history.ts';
import type { AttemptRecord } from './attempt-record.ts';
import { CallLog } from './call-log.ts';
import type { CallOwner } from './call-owner.ts';
import { type CallMeasurements, type CallStats, toStats } from './call-stats.ts';

/** How far a call has come. `success`, `error` and `cancelled` are final. */
export type CallState = 'new' | 'invoked' | 'running' | 'success' | 'error' | 'cancelled';

/** Told of a call. */
export type CallListener = (call: Call) => void;

/** A result that is in storage. */
export interface StoredResult extends StoredValue {
  /** Whether workers of any function can read it. */
  readonly selfContained: boolean;
}

const NONE: readonly AttemptRecord[] = [];

/** The record of one call: its input until it is done, then its outcome. Shared by its future and by the invoker. */
export class Call implements CallMeasurements {
  readonly owner: CallOwner;
  /** Number within the job, from 0. */
  readonly index: number;
  state: CallState = 'new';
  /** The encoded item, or a primitive as it is. Let go when the call is done. */
  item: unknown;
  /** ms since the epoch. */
  submittedAt: number;
  attempts = 0;
  /** Must travel alone: it was in a batch whose worker died for an unknown reason. */
  isolated = false;
  /** Its number among the calls whose results the user is to fetch. */
  noticedAs: number | undefined;
  #fetched = false;
  #cached = false;
  #invokedAt = 0;
  #startedAt = 0;
  #doneAt = 0;
  #worker: string | undefined;
  #bytesIn: number | undefined;
  #times: CallTimes | undefined;
  #values: EncodedValues | undefined;
  #stored: StoredResult | undefined;
  /** Of the call in `#times` and in `#values`. */
  #position = 0;
  #error: unknown;
  #log: CallLog | undefined;
  /** Mostly there is one, or none. */
  #listeners: CallListener | CallListener[] | undefined;
  /** Attempts that came to an end without ending the call; almost no call has any. */
  #earlier: AttemptRecord[] | undefined;

  constructor(owner: CallOwner, index: number, item: unknown, submittedAt: number) {
    this.owner = owner;
    this.index = index;
    this.item = item;
    this.submittedAt = submittedAt;
  }

  get callId(): string {
    return String(this.index).padStart(5, '0');
  }

  get done(): boolean {
    // In this order because it is asked most of calls that wait, and of those that run.
    return this.state !== 'new' && this.state !== 'invoked' && this.state !== 'running';
  }

  /** Calls back once the call is done, at once if it is. */
  onDone(listener: CallListener): void {
    const others = this.#listeners;
    if (this.done) listener(this);
    else if (others === undefined) this.#listeners = listener;
    else if (typeof others === 'function') this.#listeners = [others, listener];
    else others.push(listener);
  }

  /** Undoes one {@link onDone}. */
  offDone(listener: CallListener): void {
    const others = this.#listeners;
    if (others === listener) this.#listeners = undefined;
    else if (typeof others === 'object' && others.includes(listener)) others.splice(others.indexOf(listener), 1);
  }

  /** The decoded result of a successful call that is not in storage. */
  value(): unknown {
    if (this.#values === undefined) throw new TypeError(`call ${this.callId} has no result: it is ${this.state}`);
    return this.owner.decode(this.#values, this.#position);
  }

  /** The decoded result of a successful call, wherever it is. */
  async fetch(): Promise<unknown> {
    return this.#stored === undefined ? this.value() : this.owner.fetch(this.#stored);
  }

  /** Where the result is, if it is in storage. */
  get stored(): StoredResult | undefined {
    return this.#stored;
  }

  /** The result as it came, if it is an object and not in storage. */
  get encoded(): Uint8Array | undefined {
    return this.#values?.encoded(this.#position);
  }

  /** Somebody has the result: `getResult()` without futures skips the call. */
  markFetched(): void {
    if (this.#fetched) return;
    this.#fetched = true;
    this.owner.fetched(this);
  }

  /** Why it failed; undefined unless state is `error` or `cancelled`. */
  get error(): unknown {
    return this.#error;
  }

  /** Whether a worker has told of its error. */
  get failedInWorker(): boolean {
    return this.state === 'error' && this.#times !== undefined;
  }

  get logs(): string {
    return this.#log?.text ?? '';
  }

  /** Attempts that came to an end without ending it, the oldest first. */
  get earlier(): readonly AttemptRecord[] {
    return this.#earlier ?? NONE;
  }

  /** Attempts that failed. */
  get failures(): number {
    return this.#earlier?.filter(({ outcome }) => outcome === 'failed').length ?? 0;
  }

  /** Every attempt so far, the oldest first. */
  get history(): readonly AttemptRecord[] {
    return attemptHistory(this);
  }

  get stats(): CallStats {
    return toStats(this);
  }

  /** When its last attempt was sent to a worker, ms since the epoch. */
  get invokedAt(): number | undefined {
    return this.#invokedAt > 0 ? this.#invokedAt : undefined;
  }

  /** ms since the epoch. */
  get doneAt(): number | undefined {
    return this.#doneAt > 0 ? this.#doneAt : undefined;
  }

  /** By the worker's clock, ms since the epoch. */
  get startedAt(): number | undefined {
    if (this.#times !== undefined) return this.#times.startedAt[this.#position];
    return this.#startedAt > 0 ? this.#startedAt : undefined;
  }

  /** Time in the user's function, ms. */
  get duration(): number | undefined {
    return this.#times?.duration[this.#position];
  }

  /** Its share of what was measured, ms. */
  get cpuTime(): number | undefined {
    return this.#times === undefined ? undefined : this.#times.cpuTime / this.#times.duration.length;
  }

  get peakMemoryBytes(): number | undefined {
    return this.#times?.peakMemoryBytes;
  }

  /** `<host>/<pid>` */
  get worker(): string | undefined {
    return this.#times?.worker ?? this.#worker;
  }

  /** Whether it was the first that its worker process ran. */
  get coldStart(): boolean | undefined {
    return this.#times === undefined ? undefined : this.#times.cold && this.#position === 0;
  }

  /** Size of its item, once it has ended. */
  get bytesIn(): number | undefined {
    return this.#bytesIn;
  }

  /** Size of its result. */
  get bytesOut(): number | undefined {
    return this.#stored?.bytes ?? this.#values?.byteLengthOf(this.#position);
  }

  /** Whether its result is one of an earlier run. */
  get cached(): boolean {
    return this.#cached;
  }

  /**
   * Writes its index, `submittedAt`, `invokedAt`, `doneAt`, `startedAt`, `duration`, `cpuTime`, `peakMemoryBytes`, `bytesIn`
   * and `bytesOut`; NaN where there is none. At once, because every call that ends pays for it.
   */
  writeNumbers(into: Float64Array, at: number): void {
    const times = this.#times;
    const position = this.#position;
    into[at] = this.index;
    into[at + 1] = this.submittedAt;
    into[at + 2] = this.#invokedAt > 0 ? this.#invokedAt : Number.NaN;
    into[at + 3] = this.#doneAt > 0 ? this.#doneAt : Number.NaN;
    into[at + 4] = this.startedAt ?? Number.NaN;
    into[at + 5] = times?.duration[position] ?? Number.NaN;
    into[at + 6] = times === undefined ? Number.NaN : times.cpuTime / times.duration.length;
    into[at + 7] = times?.peakMemoryBytes ?? Number.NaN;
    into[at + 8] = this.#bytesIn ?? Number.NaN;
    into[at + 9] = this.bytesOut ?? Number.NaN;
  }

  invoked(now: number): void {
    if (this.done) return;
    this.state = 'invoked';
    this.attempts++;
    this.#invokedAt = now;
  }

  running(startedAt: number, worker: string): void {
    if (this.done) return;
    this.state = 'running';
    this.#startedAt = startedAt;
    this.#worker = worker;
  }

  log(text: string): void {
    this.#log ??= new CallLog();
    this.#log.write(text);
  }

  /** An attempt has ended, and the call goes on. */
  attempted(record: AttemptRecord): void {
    this.#earlier ??= [];
    this.#earlier.push(record);
  }

  /** Back in line: the attempt came to nothing through no fault of the call. */
  requeued(): void {
    if (!this.done) this.state = 'new';
  }

  /** Of two attempts at once, the one of this time gave the result. */
  answeredFrom(invokedAt: number): void {
    this.#invokedAt = invokedAt;
  }

  /** Ends the call. The first outcome stays; later ones are dropped. @param at now, ms since the epoch */
  succeed(values: EncodedValues, position: number, times: CallTimes, at: number): void {
    if (this.done) return;
    this.#values = values;
    this.#position = position;
    this.#times = times;
    this.#settle('success', at);
  }

  /** Ends the call with a result that is in storage, like {@link succeed}. */
  succeedStored(stored: StoredResult, times: CallTimes): void {
    if (this.done) return;
    this.#stored = stored;
    this.#position = 0;
    this.#times = times;
    this.#settle('success');
  }

  /** Ends the call with a result of an earlier run, like {@link succeed}. */
  succeedCached(values: EncodedValues, position: number): void {
    if (this.done) return;
    this.#cached = true;
    this.#values = values;
    this.#position = position;
    this.#settle('success');
  }

  /** Ends the call without a result, like {@link succeed}. */
  fail(error: unknown, state: 'error' | 'cancelled', times?: CallTimes): void {
    if (this.done) return;
    this.#error = error;
    this.#times = times;
    this.#position = 0;
    this.#settle(state);
  }

  /** Ends the call as another has ended. */
  endLike(other: Call): void {
    if (this.done) return;
    this.submittedAt = other.submittedAt;
    this.#values = other.#values;
    this.#stored = other.#stored;
    this.#position = other.#position;
    this.#times = other.#times;
    this.#error = other.#error;
    this.#log = other.#log;
    this.attempts = other.attempts;
    this.#settle(other.state);
  }

  #settle(state: CallState, at: number = epochMs()): void {
    this.state = state;
    this.#bytesIn = this.owner.itemBytes(this.item);
    this.item = undefined;
    this.#doneAt = at;
    const listeners = this.#listeners;
    this.#listeners = undefined;
    this.owner.settled(this);
    if (typeof listeners === 'function') listeners(this);
    else if (listeners !== undefined) for (const listener of listeners) listener(this);
  }
}
