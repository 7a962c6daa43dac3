import { hostname } from 'node:os';
import type { CallEvent, CallFailed, CallResults, CallTimes } from '../call-event.ts';
import type { Invocation, ModuleInstance } from '../invocation.ts';
import {
  EncodedValues,
  emptyTable,
  encodeThrown,
  fetchValue,
  mustBeFetched,
  tableOf,
  type ValueBatch,
  ValueEncodingError,
  type ValueTable,
} from '../values/index.ts';
import { applyEnv } from './call-environment.ts';
import { FinishedCalls } from './finished-calls.ts';
import { jobStoreOf } from './job-store.ts';
import { sampleUsage } from './process-usage.ts';
import { recordingHost } from './recording-host.ts';
import { isPendingResult, resolveFutures } from './returned-futures.ts';
import { encodeResult, mayBeStored, orStorageFailure, TaskStorageFailure } from './stored-results.ts';
import { type RunningCall, runInCall } from './task-context.ts';
import { TaskRun } from './task-run.ts';

export interface ExecutionHost {
  /** Loads the function module of that hash. */
  load(hash: string): Promise<ModuleInstance>;
  emit(event: CallEvent): void;
  /** Waits until what was emitted is safe, where that takes time. */
  settled?(): Promise<void>;
  /** Told once when nothing more comes, with the last event if there is one: both can travel together. */
  end?(last: CallResults | undefined): void;
  /** Whether events are written before `emit` and `end` return: then large results are not copied first. */
  readonly writesAtOnce?: boolean;
  /** Aborted when the invocation is to stop. */
  readonly signal: AbortSignal;
  /** Told that the next `count` calls of the invocation, from this one on, are about to run; at a place that survives this process. */
  record?(call: number, count: number): void;
}

/** After this long without a look at the event loop, one is taken between two calls: requests come in, results go out. */
const CHECKPOINT_MS = 1;
/** Results of this size do not wait for others. */
const FLUSH_BYTES = 64 * 1024;
/** A function whose calls take less than this is not announced before each of them. */
const QUICK_CALL_MS = 0.5;
/** So many calls, and so much time in ms, may share a note: to make one takes longer than a tiny call does. */
const CALLS_PER_NOTE = 16;
const NOTED_MS = 0.05;

const workerName = `${hostname()}/${process.pid}`;
/** Typical duration in ms of each function module's calls in this process. */
const typicalDuration = new Map<string, number>();
let hasRunCalls = false;

/** Runs the calls of one invocation in order, and tells of each exactly once: `result`, `error` or `returned`. */
export class InvocationExecution {
  readonly #invocation: Invocation;
  readonly #host: ExecutionHost;
  readonly #answered = new Set<number>();
  readonly #finished = new FinishedCalls();
  /** The first call that this process has run, if it is one of these. */
  #first: number | undefined;
  #current: TaskRun | undefined;
  #announced = false;
  #callStart = 0;
  /** So many of the calls are noted. */
  #noted = 0;
  #failCurrent: ((error: unknown) => void) | undefined;

  constructor(invocation: Invocation, host: ExecutionHost) {
    this.#invocation = invocation;
    this.#host = recordingHost(invocation, host);
  }

  /** The call that runs now, for output whose author is not known otherwise. */
  get current(): RunningCall | undefined {
    return this.#current;
  }

  async run(): Promise<void> {
    const { calls, env, module } = this.#invocation;
    const restore = applyEnv(env);
    try {
      let instance: ModuleInstance;
      try {
        instance = await this.#host.load(module);
      } catch (error) {
        for (const call of calls) this.#fail(call, error, 'module', emptyTable);
        return;
      }
      await this.#runCalls(instance, tableOf(instance));
    } finally {
      restore();
      const last = this.#takeResults();
      if (this.#host.end !== undefined) this.#host.end(last);
      else {
        if (last !== undefined) this.#host.emit(last);
        await this.#host.settled?.();
      }
    }
  }

  /** Gives back those of `calls` that have not started, and tells which. */
  recall(calls: readonly number[]): void {
    const own = new Set(this.#invocation.calls);
    const returned = calls.filter((call) => own.has(call) && !this.#answered.has(call) && call !== this.#current?.call);
    for (const call of returned) this.#answered.add(call);
    this.#host.emit({ type: 'returned', calls: returned });
  }

  /** Fails the running call with an error that escaped it, for example one thrown by a timer's callback. */
  failCurrent(error: unknown): boolean {
    if (this.#failCurrent === undefined) return false;
    this.#failCurrent(error);
    return true;
  }

  /** Sends what is finished and printed so far. Synchronous: also for the last moment before the process exits. */
  flush(): void {
    this.#current?.flush();
    const results = this.#takeResults();
    if (results !== undefined) this.#host.emit(results);
  }

  #takeResults(): CallResults | undefined {
    return this.#finished.take(
      (calls, startedAt, duration) => this.#times(calls[0], startedAt, duration),
      this.#host.writesAtOnce === true,
    );
  }

  async #runCalls(instance: ModuleInstance, table: ValueTable): Promise<void> {
    const { calls, items, extraArgs, module } = this.#invocation;
    const values = new EncodedValues(items);
    const extra = extraArgs === undefined ? undefined : new EncodedValues(extraArgs);
    const quick = (typicalDuration.get(module) ?? Number.POSITIVE_INFINITY) < QUICK_CALL_MS;
    let announce = !quick;
    let checkedAt = performance.now();
    let checkpointMs = CHECKPOINT_MS;
    for (let position = 0; position < calls.length; position++) {
      const call = calls[position] as number; // below length
      if (this.#answered.has(call)) continue;
      if (position > 0 && performance.now() - checkedAt > checkpointMs) {
        this.flush();
        await nextTurn();
        if (this.#host.settled !== undefined) checkpointMs = await this.#settle();
        if (this.#host.signal.aborted) return;
        checkedAt = performance.now();
        announce = true;
        if (this.#answered.has(call)) continue;
      }
      if (calls.length > 1 && position >= this.#noted) this.#noted = position + this.#note(call);
      this.#begin(call, announce);
      announce = false;
      try {
        const encoded = values.encoded(position);
        const args = [
          encoded !== undefined && mustBeFetched(encoded)
            ? await this.#fetch(encoded, table)
            : values.get(position, table),
        ];
        // Decoded for each call anew: a call may change what it was given.
        if (extra !== undefined) for (let i = 0; i < extra.length; i++) args.push(extra.getCopy(i, table));
        const current = this.#current;
        if (current === undefined) return;
        if (this.#invocation.passContext) args.push(current.context);
        this.#callStart = performance.now();
        const { fn } = instance; // what is called on the instance would have it as `this`
        const returned = runInCall(current, () => fn(...args));
        const value = isPendingResult(returned) ? await this.#settled(current, returned) : returned;
        if (mayBeStored(value, this.#invocation)) await this.#succeedLarge(call, value, table);
        else this.#succeed(call, (batch) => batch.add(value, table));
      } catch (error) {
        this.#fail(call, error, causeOf(error), table);
      }
      this.#failCurrent = undefined;
      this.#current = undefined;
    }
  }

  /** A long call must not keep the results of those before it from being safe. @returns ms to run on until the next time */
  async #settle(): Promise<number> {
    const startedAt = performance.now();
    await this.#host.settled?.();
    return Math.max(CHECKPOINT_MS, performance.now() - startedAt);
  }

  /** Of a process that dies, or does not answer, it is asked which call runs. @returns how many it noted */
  #note(call: number): number {
    const { module, noteEach } = this.#invocation;
    const typical = typicalDuration.get(module) ?? Number.POSITIVE_INFINITY;
    const count = noteEach ? 1 : Math.max(1, Math.min(CALLS_PER_NOTE, Math.floor(NOTED_MS / typical)));
    this.#host.record?.(call, count);
    return count;
  }

  /** It turns out not to be short: those behind it may be asked for. */
  #noteAlone(call: number): void {
    if (this.#invocation.calls.length > 1) this.#host.record?.(call, 1);
    this.#noted = 0;
  }

  #begin(call: number, announce: boolean): void {
    this.#current = new TaskRun(this.#invocation, call, this.#host.signal, (event) => this.#host.emit(event));
    if (!hasRunCalls) this.#first = call;
    hasRunCalls = true;
    this.#announced = announce;
    this.#callStart = performance.now();
    if (announce) this.#announce(call);
  }

  #announce(call: number): void {
    this.#announced = true;
    this.#host.emit({ type: 'started', call, startedAt: performance.timeOrigin + this.#callStart, worker: workerName });
  }

  /** Waits for an asynchronous call; if it takes longer than a turn of the event loop, those before it are not kept waiting. */
  async #settled(current: RunningCall, returned: unknown): Promise<unknown> {
    const afterTurn = setImmediate(() => {
      this.#noteAlone(current.call);
      this.flush();
      if (!this.#announced) this.#announce(current.call);
    });
    try {
      return await new Promise((resolve, reject) => {
        this.#failCurrent = reject;
        runInCall(current, () => resolveFutures(returned)).then(resolve, reject);
      });
    } finally {
      clearImmediate(afterTurn);
    }
  }

  #fetch(encoded: Uint8Array, table: ValueTable): Promise<unknown> {
    return orStorageFailure('read what the call was given', () =>
      fetchValue(encoded, (stored) => jobStoreOf(this.#invocation.task).read(stored), table),
    );
  }

  #succeed(call: number, add: (batch: ValueBatch) => void, ended: number = performance.now()): void {
    const duration = ended - this.#callStart;
    this.#finished.add(call, add, performance.timeOrigin + this.#callStart, duration);
    this.#answered.add(call);
    this.#learn(duration);
    this.#current?.flush();
    if (this.#finished.byteLength > FLUSH_BYTES) this.flush();
  }

  /** Where large results go to storage. */
  async #succeedLarge(call: number, value: unknown, table: ValueTable): Promise<void> {
    const ended = performance.now();
    const startedAt = performance.timeOrigin + this.#callStart;
    const result = await encodeResult(value, call, table, this.#invocation);
    if ('pieces' in result) return this.#succeed(call, (batch) => batch.addPieces(result.pieces), ended);
    this.flush();
    const duration = ended - this.#callStart;
    this.#learn(duration);
    this.#answered.add(call);
    this.#host.emit({ type: 'stored', call, ...result, stats: this.#times(call, [startedAt], [duration]) });
  }

  #learn(duration: number): void {
    const { module } = this.#invocation;
    const typical = typicalDuration.get(module);
    typicalDuration.set(module, typical === undefined ? duration : typical * 0.8 + duration * 0.2);
  }

  #fail(call: number, error: unknown, cause: CallFailed['cause'], table: ValueTable): void {
    const startedAt = this.#callStart === 0 ? performance.now() : this.#callStart;
    const stats = this.#times(call, [performance.timeOrigin + startedAt], [performance.now() - startedAt]);
    this.flush();
    this.#answered.add(call);
    this.#host.emit({ type: 'error', call, error: encodeThrown(error, table), cause, stats });
  }

  #times(first: number | undefined, startedAt: readonly number[], duration: readonly number[]): CallTimes {
    const { cpuTime, peakMemoryBytes } = sampleUsage();
    const cold = first !== undefined && first === this.#first;
    return { startedAt, duration, cpuTime, peakMemoryBytes, worker: workerName, cold };
  }
}

/** Runs an invocation to its end. */
export async function runInvocation(invocation: Invocation, host: ExecutionHost): Promise<void> {
  await new InvocationExecution(invocation, host).run();
}

function causeOf(error: unknown): CallFailed['cause'] {
  if (error instanceof ValueEncodingError) return 'serialization';
  return error instanceof TaskStorageFailure ? 'storage' : 'thrown';
}

/** After all that has arrived was read: one immediate comes before the next look at the descriptors, the second one after it. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
