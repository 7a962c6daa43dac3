import type { ShippedModule, TaskSetup } from '@lithops/worker';
import type { EncodedValues, ValueTable } from '@lithops/worker/values';
import { Call, type CallOwner } from '../future/call.ts';
import { CallQueue } from './call-queue.ts';
import { DurationSample } from './duration-sample.ts';
import type { ShippedFunction } from './shipped-function.ts';
import type { SpeculationOptions } from './speculation-options.ts';

/** What a job asks of the invoker. */
export interface JobOptions {
  /** Calls per invocation. Absent: chosen from how long calls take. */
  readonly chunksize?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** ms from submission until a call is given up. */
  readonly timeoutMs?: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Whether a failed attempt may be repeated. */
  readonly retryOn: (error: unknown) => boolean;
  /** ms from the job's first submission until all its calls are given up. */
  readonly jobTimeoutMs?: number;
  /** Absent: no call is run twice at once. */
  readonly speculation?: SpeculationOptions;
}

/** Where a job's calls are worked on. */
export interface JobInvoker {
  cancel(calls: readonly Call[], reason: unknown): void;
}

/** Told when calls of the job become final. */
export type SettledListener = (call: Call) => void;

/** Calls of one function, submitted together. */
export class Job implements CallOwner {
  readonly executorId: string;
  readonly jobId: string;
  readonly fn: ShippedFunction;
  readonly options: JobOptions;
  readonly extraArgs: Uint8Array | undefined;
  readonly passContext: boolean;
  readonly task: TaskSetup | undefined;
  /** Calls that wait for a worker. */
  readonly ready = new CallQueue();
  /** Calls that wait for a worker or run, in the order of submission; kept only when there is a time limit. */
  readonly timed = new CallQueue();
  readonly submittedAt: number = performance.timeOrigin + performance.now();
  /** Typical time of a call in ms, learnt from those that have ended. */
  get typicalDuration(): number | undefined {
    return this.fn.typicalDuration;
  }

  /** Typical encoded size of a result. */
  typicalResultBytes: number | undefined;
  /** Kept only for speculation. */
  readonly durations: DurationSample | undefined;
  invocations = 0;
  failed = 0;
  finishedAt = 0;
  /** Calls so far. */
  total = 0;
  /** Calls that are not done. */
  readonly open = new Set<Call>();
  readonly #invoker: JobInvoker;
  onSettled: SettledListener | undefined;

  constructor(
    identity: { readonly executorId: string; readonly jobId: string },
    fn: ShippedFunction,
    parts: {
      readonly extraArgs: Uint8Array | undefined;
      readonly passContext: boolean;
      readonly task: TaskSetup | undefined;
    },
    options: JobOptions,
    invoker: JobInvoker,
  ) {
    this.executorId = identity.executorId;
    this.jobId = identity.jobId;
    this.fn = fn;
    this.extraArgs = parts.extraArgs;
    this.passContext = parts.passContext;
    this.task = parts.task;
    this.options = options;
    this.durations = options.speculation === undefined ? undefined : new DurationSample();
    this.#invoker = invoker;
  }

  /** `<executorId>-<jobId>` */
  get key(): string {
    return `${this.executorId}-${this.jobId}`;
  }

  /** Whether its calls have a time limit. */
  get limited(): boolean {
    return this.options.timeoutMs !== undefined || this.options.jobTimeoutMs !== undefined;
  }

  get functionName(): string {
    return this.fn.name;
  }

  get table(): ValueTable {
    return this.fn.table;
  }

  /** Adds a call; its item is encoded now, so that a later change of it is not seen. @throws SerializationError */
  add(item: unknown): Call {
    const call = this.#newCall(this.fn.encodeItem(item, this.total));
    this.ready.push(call);
    return call;
  }

  /** Adds a call whose item comes later, by {@link provide}. */
  addWaiting(): Call {
    return this.#newCall(undefined);
  }

  /** Gives a waiting call its item. @throws SerializationError */
  provide(call: Call, item: unknown): void {
    if (call.done) return;
    call.item = this.fn.encodeItem(item, call.index);
    this.ready.push(call);
  }

  /** The function module, when it is built and contains all that items refer to; otherwise it is being built. */
  module(): ShippedModule | Promise<ShippedModule> {
    return this.fn.module();
  }

  decode(values: EncodedValues, position: number): unknown {
    return values.get(position, this.table);
  }

  cancel(calls: readonly Call[], reason: unknown): void {
    this.#invoker.cancel(calls, reason);
  }

  settled(call: Call): void {
    if (call.state !== 'success') this.failed++;
    this.finishedAt = performance.timeOrigin + performance.now();
    this.open.delete(call);
    this.onSettled?.(call);
  }

  #newCall(item: unknown): Call {
    const call = new Call(this, this.total++, item, performance.timeOrigin + performance.now());
    this.open.add(call);
    if (this.limited) this.timed.push(call);
    return call;
  }
}
