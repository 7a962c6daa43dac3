import type { ResultLimits, ShippedModule, TaskSetup } from '@lithops/worker';
import {
  decodeValue,
  type EncodedValues,
  encodeReference,
  encodeValue,
  type StoredValue,
  type ValueTable,
} from '@lithops/worker/values';
import { NumberedItems } from '../collections/numbered-items.ts';
import { Call } from '../future/call.ts';
import type { CallOwner } from '../future/call-owner.ts';
import type { JobObservers } from '../observation/job-observers.ts';
import type { JobActivity, ShownJob } from '../progress/shown-job.ts';
import { CallQueue } from './call-queue.ts';
import { DurationSample } from './duration-sample.ts';
import { EncodedItem, itemBytes } from './encoded-item.ts';
import { inlineLimit } from './inline-limit.ts';
import type { JobFunction } from './job-function.ts';
import type { JobObjects } from './job-objects.ts';
import type { JobOptions } from './job-options.ts';
import { JobProgress } from './job-progress.ts';
import type { JobReach } from './job-reach.ts';
import type { JobRecord } from './job-record.ts';
import type { ResultCache } from './result-cache.ts';

/** Where a job's calls are worked on. */
export interface JobInvoker {
  submit(job: Job): void;
  cancel(calls: readonly Call[], reason: unknown): void;
  /** What is going on with the job's calls. */
  activity(job: Job): { readonly running: number; readonly workers: number };
}

/** Told of calls of the job. */
export type CallListener = (call: Call) => void;

/** Calls of one function, submitted together. */
export class Job implements CallOwner, ShownJob {
  readonly executorId: string;
  readonly jobId: string;
  readonly fn: JobFunction;
  readonly options: JobOptions;
  readonly extraArgs: Uint8Array | undefined;
  readonly passContext: boolean;
  /** Calls that wait for a worker. */
  readonly ready = new CallQueue();
  /** Calls that wait for a worker or run, in the order of submission; kept only when there is a time limit. */
  readonly timed = new CallQueue();
  /** Typical time of a call in ms, learnt from those that have ended. */
  get typicalDuration(): number | undefined {
    return this.fn.typicalDuration;
  }

  /** Typical encoded size of a result. */
  typicalResultBytes: number | undefined;
  /** Encoded bytes of the results that the client has been given. */
  heldBytes = 0;
  /** Kept only for speculation. */
  readonly durations: DurationSample | undefined;
  readonly progress: JobProgress;
  /** Calls that are not done. */
  readonly open = new NumberedItems<Call>();
  readonly #invoker: JobInvoker;
  readonly #reach: JobReach;
  readonly #objects: JobObjects | undefined;
  #record: JobRecord | undefined;
  /** Whose results are items of its calls; kept only where it is durable, until it is in storage. */
  readonly #inputsOf = new Set<CallOwner>();
  readonly #cache: ResultCache | undefined;
  #feedsCalls = false;
  /** Whether the invoker has it in line for workers. */
  inLine = false;
  /** Told what becomes of it. */
  readonly observers: JobObservers | undefined;
  readonly #showsProgress: boolean;
  #inputs: Set<ShownJob> | undefined;
  /** Where it is told in detail what happens; mostly nowhere. */
  readonly debug: ((message: string) => void) | undefined;
  /** Environment variables that only its tasks see. */
  env: Readonly<Record<string, string>> | undefined;
  #filling = false;
  submitted: Promise<void> = Promise.resolve();
  /** Told when calls become final. */
  onSettled: CallListener | undefined;
  /** Told of calls that have become final, after {@link onSettled}. */
  onEnded: CallListener | undefined;
  /** Told when somebody has a call's result. */
  onFetched: CallListener | undefined;

  constructor(
    identity: { readonly executorId: string; readonly jobId: string },
    fn: JobFunction,
    parts: {
      readonly extraArgs: Uint8Array | undefined;
      readonly passContext: boolean;
      readonly reach: JobReach;
      readonly objects?: JobObjects | undefined;
      readonly record?: JobRecord | undefined;
      readonly cache?: ResultCache | undefined;
      readonly observers?: JobObservers | undefined;
      readonly showsProgress: boolean;
      readonly debug?: ((message: string) => void) | undefined;
    },
    options: JobOptions,
    invoker: JobInvoker,
  ) {
    this.executorId = identity.executorId;
    this.jobId = identity.jobId;
    this.fn = fn;
    this.extraArgs = parts.extraArgs;
    this.passContext = parts.passContext;
    this.#reach = parts.reach;
    this.options = options;
    this.env = options.env;
    this.durations = options.speculation === undefined ? undefined : new DurationSample();
    this.#invoker = invoker;
    this.#objects = parts.objects;
    this.#record = parts.record;
    this.#cache = parts.cache;
    this.observers = parts.observers;
    this.#showsProgress = parts.showsProgress;
    this.debug = parts.debug;
    this.progress = new JobProgress(identity, fn.name);
  }

  /** `<executorId>-<jobId>` */
  get key(): string {
    return `${this.executorId}-${this.jobId}`;
  }

  get shown(): ShownJob | undefined {
    return this.#showsProgress ? this : undefined;
  }

  get inputs(): Iterable<ShownJob> {
    return this.#inputs ?? [];
  }

  activity(): JobActivity {
    return { ...this.#invoker.activity(this), filling: this.#filling };
  }

  /** What its tasks reach through their context. */
  get task(): TaskSetup | undefined {
    return this.#reach.setup;
  }

  /** Whether a source may still add calls. */
  get filling(): boolean {
    return this.#filling;
  }

  set filling(filling: boolean) {
    this.#filling = filling;
    if (!filling) this.allAdded();
  }

  /** No source is left that adds calls, as far as is known. */
  allAdded(): void {
    if (this.open.size > 0 || this.#filling) return;
    this.#inputs = undefined;
    this.observers?.jobEnded(this.progress);
  }

  /** Whether its calls have a time limit. */
  get limited(): boolean {
    return this.options.timeoutMs !== undefined || this.options.jobTimeoutMs !== undefined;
  }

  /** Its state in storage, where it is durable. */
  get record(): JobRecord | undefined {
    return this.#record;
  }

  /** It is not durable after all; nothing of it is in storage. */
  dropRecord(): void {
    this.#record = undefined;
  }

  /** @throws TypeError when the job is durable, and the inputs of this call are not of durable jobs of the same executor. */
  addInputs(call: Call, list: boolean, of: readonly Call[]): void {
    this.#noteInputs(of);
    const record = this.#record;
    if (record === undefined) return;
    if (of.every(({ owner }) => owner.durable && owner.executorId === this.executorId)) {
      record.addInputs(call, list, of);
      for (const { owner } of of) this.#inputsOf.add(owner);
    } else if (record.implicit) this.dropRecord();
    else
      throw new TypeError(
        'a durable job takes results of durable jobs of the same executor only; submit those with `durable: true` too',
      );
  }

  get durable(): boolean {
    return this.record !== undefined;
  }

  /** All calls were added: a durable job is written to storage, when what is still missing of it is there. */
  acknowledge(complete: Promise<unknown> = Promise.resolve()): Promise<void> {
    const { record } = this;
    if (record === undefined) return this.submitted;
    this.submitted = complete.then(async () => {
      // Whoever finds this job must find those that it takes results of.
      await Promise.all(Array.from(this.#inputsOf, (owner) => owner.submitted));
      this.#inputsOf.clear();
      await record.acknowledge(this);
    });
    this.submitted.catch(() => {}); // whoever waits for it is told
    return this.submitted;
  }

  get functionName(): string {
    return this.fn.name;
  }

  get table(): ValueTable {
    return this.fn.table;
  }

  /** Adds a call; its item is encoded now, so that a later change of it is not seen. @throws SerializationError */
  add(item: unknown): Call {
    const { cache } = this.options;
    const key = typeof cache === 'function' ? cacheKey(cache, item) : undefined;
    const encoded = this.fn.encodeItem(item, this.progress.calls);
    const call = this.#newCall(encoded);
    this.record?.add(encoded);
    this.#makeReady(call, key);
    return call;
  }

  /** Adds a call whose item comes later, by {@link provide}. */
  addWaiting(): Call {
    this.record?.add(undefined);
    return this.#newCall(undefined);
  }

  /** Adds a call that is submitted later, by {@link submit}: only then its time begins. Its item comes by {@link provide}. */
  addDeferred(): Call {
    this.record?.add(undefined);
    const call = new Call(this, this.progress.calls++, undefined, performance.timeOrigin + performance.now());
    this.open.add(call.index, call);
    return call;
  }

  /** Submits a deferred call. */
  submit(call: Call): void {
    if (call.done) return;
    call.submittedAt = performance.timeOrigin + performance.now();
    if (this.limited) {
      this.timed.push(call);
      // Lets go of those that are done, which nobody else does before the first time limit is over.
      this.timed.peek();
    }
  }

  /** Adds calls of a job that was submitted before, by another process; their items come by {@link provide}. */
  restore(count: number): Call[] {
    return Array.from({ length: count }, () => this.#newCall(undefined));
  }

  /** Gives a waiting call its item, encoded for this job's function. */
  provide(call: Call, encoded: unknown): void {
    if (call.done) return;
    call.item = encoded;
    this.#makeReady(call, undefined);
  }

  /** Which results go to storage, for a backend that tells at most so many bytes at once. */
  resultLimits(maxResultBytes: number): ResultLimits | undefined {
    const objects = this.#objects;
    const inlineBytes = inlineLimit({
      maxResultBytes,
      feedsCalls: this.#feedsCalls,
      durable: this.record !== undefined,
      heldBytes: this.heldBytes,
    });
    if (objects === undefined || !this.#reach.hasStorage || inlineBytes === Number.POSITIVE_INFINITY) return undefined;
    if (this.record === undefined) objects.used();
    return { inlineBytes, prefix: objects.prefix };
  }

  /** Puts an item that is too large to travel into storage, and has its call refer to it. Undefined when there is no storage for it. */
  storeItem(call: Call): Promise<void> | undefined {
    const { item } = call;
    if (this.#objects === undefined) return undefined;
    const bytes = item instanceof EncodedItem ? item.bytes : encodeValue(item);
    return this.#objects.put(`${call.callId}/data`, bytes).then((stored) => {
      if (!call.done) call.item = new EncodedItem(encodeReference(stored), stored.bytes);
    });
  }

  async fetch(stored: StoredValue): Promise<unknown> {
    if (this.#objects === undefined) throw new TypeError(`job ${this.key} has no storage`);
    return decodeValue(await this.#objects.read(stored), this.table);
  }

  feedsCalls(): void {
    this.#feedsCalls = true;
  }

  /** The function module, when it is built and contains all that items refer to; otherwise it is being built. */
  module(): ShippedModule | Promise<ShippedModule> {
    const { linking } = this.#reach;
    const module =
      linking instanceof Promise ? linking.then((known) => this.fn.module(known)) : this.fn.module(linking);
    return module instanceof Promise ? module.then((built) => this.#prepared(built)) : this.#prepared(module);
  }

  decode(values: EncodedValues, position: number): unknown {
    return values.get(position, this.table);
  }

  cancel(calls: readonly Call[], reason: unknown): void {
    this.#invoker.cancel(calls, reason);
  }

  settled(call: Call): void {
    if (call.state === 'cancelled') this.record?.ended(call, 'cancelled');
    else if (call.state === 'error' && (!call.failedInWorker || this.options.ownRetryRule))
      this.record?.ended(call, 'error');
    this.open.delete(call.index);
    this.progress.settled(call.state === 'success', this.typicalDuration);
    this.onSettled?.(call);
    this.onEnded?.(call);
    if (this.observers === undefined) return;
    this.observers.callEnded(this.progress, call);
    this.allAdded();
  }

  itemBytes(item: unknown): number {
    return itemBytes(item);
  }

  /** Calls of a job mostly stand together. */
  #noteInputs(of: readonly Call[]): void {
    let last: CallOwner | undefined;
    for (const { owner } of of) {
      if (owner === last) continue;
      last = owner;
      if (owner.shown === undefined) continue;
      this.#inputs ??= new Set();
      this.#inputs.add(owner.shown);
    }
  }

  fetched(call: Call): void {
    this.onFetched?.(call);
  }

  #makeReady(call: Call, cacheKey: string | undefined): void {
    if (this.#cache === undefined) {
      this.ready.push(call);
      return;
    }
    void this.#cache.look(this, call, cacheKey, () => {
      this.ready.push(call);
      this.#invoker.submit(this);
    });
  }

  #prepared(module: ShippedModule): ShippedModule | Promise<ShippedModule> {
    return this.#reach.prepare(module, this.passContext)?.then(() => module) ?? module;
  }

  #newCall(item: unknown): Call {
    const call = new Call(this, this.progress.calls++, item, performance.timeOrigin + performance.now());
    this.open.add(call.index, call);
    if (this.limited) {
      this.timed.push(call);
      // Lets go of those that are done, which nobody else does before the first time limit is over.
      this.timed.peek();
    }
    return call;
  }
}

/** @throws what the user's function throws; TypeError when it gives no text. */
function cacheKey(option: (item: never) => string, item: unknown): string {
  const key: unknown = option(item as never); // the user's word that it takes the items
  if (typeof key === 'string') return key;
  throw new TypeError(`the function given as cache gives a text for each item, not ${typeof key}`);
}
