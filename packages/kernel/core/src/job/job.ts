import type { ShippedModule, TaskSetup } from '@lithops/worker';
import type { EncodedValues, StoredValue, ValueTable } from '@lithops/worker/values';
import { NumberedItems } from '../collections/numbered-items.ts';
import { epochMs } from '../epoch-ms.ts';
import { Call, type CallListener } from '../future/call.ts';
import type { CallOwner } from '../future/call-owner.ts';
import type { JobObservers } from '../observation/job-observers.ts';
import type { JobActivity, ShownJob } from '../progress/shown-job.ts';
import { CallQueue } from './call-queue.ts';
import { DurationSample } from './duration-sample.ts';
import { itemBytes } from './encoded-item.ts';
import type { JobFunction } from './job-function.ts';
import { JobInputs } from './job-inputs.ts';
import type { JobInvoker } from './job-invoker.ts';
import type { JobObjects } from './job-objects.ts';
import type { JobOptions } from './job-options.ts';
import type { JobParts } from './job-parts.ts';
import { JobProgress } from './job-progress.ts';
import type { JobReach } from './job-reach.ts';
import type { JobRecord } from './job-record.ts';
import { itemKey, type ResultCache } from './result-cache.ts';

/** Calls of one function, submitted together. */
export class Job implements CallOwner, ShownJob {
  readonly executorId: string;
  readonly jobId: string;
  readonly fn: JobFunction;
  readonly options: JobOptions;
  readonly extraArgs: Uint8Array | undefined;
  readonly passContext: boolean;
  readonly objects: JobObjects | undefined;
  readonly observers: JobObservers | undefined;
  readonly debug: ((message: string) => void) | undefined;
  readonly progress: JobProgress;
  /** Calls that are not done. */
  readonly open = new NumberedItems<Call>();
  /** Calls that wait for a worker. */
  readonly ready = new CallQueue();
  /** Calls that wait for a worker or run, in the order of submission; kept only when there is a time limit. */
  readonly timed = new CallQueue();
  /** When this process took it over from another, ms since the epoch; 0 where it is its own. */
  resumedAt = 0;
  /** Whether the invoker has it in line for workers. */
  inLine = false;
  /** Typical encoded size of a result. */
  typicalResultBytes: number | undefined;
  /** Encoded bytes of the results that the client has been given. */
  heldBytes = 0;
  /** Kept only for speculation. */
  readonly durations: DurationSample | undefined;
  /** Environment variables that only its tasks see. */
  env: Readonly<Record<string, string>> | undefined;
  submitted: Promise<void> = Promise.resolve();
  /** Told when calls become final. */
  onSettled: CallListener | undefined;
  /** Told of calls that have become final, after {@link onSettled}. */
  onEnded: CallListener | undefined;
  /** Told when somebody has a call's result. */
  onFetched: CallListener | undefined;
  readonly #invoker: JobInvoker;
  readonly #reach: JobReach;
  readonly #cache: ResultCache | undefined;
  readonly #showsProgress: boolean;
  #record: JobRecord | undefined;
  #inputs: JobInputs | undefined;
  #isInput = false;
  #filling = false;

  constructor(
    identity: { readonly executorId: string; readonly jobId: string },
    fn: JobFunction,
    parts: JobParts,
    options: JobOptions,
    invoker: JobInvoker,
  ) {
    this.executorId = identity.executorId;
    this.jobId = identity.jobId;
    this.fn = fn;
    this.options = options;
    this.extraArgs = parts.extraArgs;
    this.passContext = parts.passContext;
    this.objects = parts.objects;
    this.observers = parts.observers;
    this.debug = parts.debug;
    this.progress = new JobProgress(identity, fn.name);
    this.durations = options.speculation === undefined ? undefined : new DurationSample();
    this.env = options.env;
    this.#invoker = invoker;
    this.#reach = parts.reach;
    this.#cache = parts.cache;
    this.#showsProgress = parts.showsProgress;
    this.#record = parts.record;
  }

  /** `<executorId>-<jobId>` */
  get key(): string {
    return `${this.executorId}-${this.jobId}`;
  }

  get functionName(): string {
    return this.fn.name;
  }

  get table(): ValueTable {
    return this.fn.table;
  }

  /** Typical time of a call in ms, learnt from those that have ended. */
  get typicalDuration(): number | undefined {
    return this.fn.typicalDuration;
  }

  /** Whether its calls have a time limit. */
  get limited(): boolean {
    return this.options.timeoutMs !== undefined || this.options.jobTimeoutMs !== undefined;
  }

  /** What its tasks reach through their context. */
  get task(): TaskSetup | undefined {
    return this.#reach.setup;
  }

  /** Whether its tasks can open the executor's storage. */
  get reachesStorage(): boolean {
    return this.#reach.hasStorage;
  }

  /** The function module, when it is built and contains all that items refer to; otherwise it is being built. */
  module(): ShippedModule | Promise<ShippedModule> {
    const { linking } = this.#reach;
    const module =
      linking instanceof Promise ? linking.then((known) => this.fn.module(known)) : this.fn.module(linking);
    return module instanceof Promise ? module.then((built) => this.#prepared(built)) : this.#prepared(module);
  }

  /** Adds a call; its item is encoded now, so that a later change of it is not seen. @throws SerializationError */
  add(item: unknown): Call {
    const { cache } = this.options;
    const key = typeof cache === 'function' ? itemKey(cache, item) : undefined;
    const encoded = this.fn.encodeItem(item, this.progress.calls);
    const call = this.#newCall(encoded);
    this.#limitTime(call);
    this.#record?.add(encoded);
    this.#makeReady(call, key);
    return call;
  }

  /** Adds a call whose item comes later, by {@link provide}. */
  addWaiting(): Call {
    const call = this.addDeferred();
    this.#limitTime(call);
    return call;
  }

  /** Adds a call that is submitted later, by {@link submit}: only then its time begins. Its item comes by {@link provide}. */
  addDeferred(): Call {
    this.#record?.add(undefined);
    return this.#newCall(undefined);
  }

  /** Submits a deferred call. */
  submit(call: Call): void {
    if (call.done) return;
    call.submittedAt = epochMs();
    this.#limitTime(call);
  }

  /**
   * Adds calls of a job that was submitted before, by another process; their items come by {@link provide}.
   * @param submittedAt ms since the epoch; time limits count from now on nevertheless
   */
  restore(count: number, submittedAt: number): Call[] {
    this.resumedAt = epochMs();
    return Array.from({ length: count }, () => {
      const call = this.#newCall(undefined, submittedAt);
      this.#limitTime(call);
      return call;
    });
  }

  /** Gives a waiting call its item, encoded for this job's function. */
  provide(call: Call, encoded: unknown): void {
    if (call.done) return;
    call.item = encoded;
    this.#makeReady(call, undefined);
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
    if (!this.#over) return;
    this.#forgetInputs();
    this.observers?.jobEnded(this.progress);
  }

  settled(call: Call): void {
    this.#record?.settled(call, this.options);
    this.open.delete(call.index);
    this.progress.settled(call);
    this.onSettled?.(call);
    this.onEnded?.(call);
    this.observers?.callEnded(this.progress, call);
    this.allAdded();
  }

  fetched(call: Call): void {
    this.onFetched?.(call);
  }

  cancel(calls: readonly Call[], reason: unknown): void {
    this.#invoker.cancel(calls, reason);
  }

  decode(values: EncodedValues, position: number): unknown {
    return values.get(position, this.table);
  }

  async fetch(stored: StoredValue): Promise<unknown> {
    if (this.objects === undefined) throw new TypeError(`job ${this.key} has no storage`);
    return this.objects.fetch(stored, this.table);
  }

  itemBytes(item: unknown): number {
    return itemBytes(item);
  }

  feedsCalls(): void {
    this.#isInput = true;
  }

  /** Whether its results are inputs of other calls. */
  get isInput(): boolean {
    return this.#isInput;
  }

  /** @throws TypeError when the job is durable, and the inputs of this call are not of durable jobs of the same executor. */
  addInputs(call: Call, list: boolean, of: readonly Call[]): void {
    this.#inputs ??= new JobInputs();
    this.#inputs.add(of);
    const record = this.#record;
    if (record === undefined) return;
    if (of.every(({ owner }) => owner.durable && owner.executorId === this.executorId))
      record.addInputs(call, list, of);
    else if (record.implicit) this.dropRecord();
    else
      throw new TypeError(
        'a durable job takes results of durable jobs of the same executor only; submit those with `durable: true` too',
      );
  }

  /** Its state in storage, where it is durable. */
  get record(): JobRecord | undefined {
    return this.#record;
  }

  get durable(): boolean {
    return this.#record !== undefined;
  }

  /** It is not durable after all; nothing of it is in storage. */
  dropRecord(): void {
    this.#record = undefined;
    this.#forgetInputs();
  }

  /** All calls were added: a durable job is written to storage, when what is still missing of it is there. */
  acknowledge(complete: Promise<unknown> = Promise.resolve()): Promise<void> {
    const record = this.#record;
    if (record === undefined) return this.submitted;
    this.submitted = complete.then(async () => {
      // Whoever finds this job must find those that it takes results of.
      await this.#inputs?.submitted();
      await record.acknowledge(this);
      this.#forgetInputs();
    });
    this.submitted.catch(() => {}); // whoever waits for it is told
    return this.submitted;
  }

  get shown(): ShownJob | undefined {
    return this.#showsProgress ? this : undefined;
  }

  get inputs(): Iterable<ShownJob> {
    return this.#inputs?.shown ?? [];
  }

  activity(): JobActivity {
    return { ...this.#invoker.activity(this), filling: this.#filling };
  }

  get #over(): boolean {
    return this.open.size === 0 && !this.#filling;
  }

  /** They are shown until the job is over, and waited for until it is in storage; else a chain of jobs would keep all of itself. */
  #forgetInputs(): void {
    if (this.#over && this.#record?.acknowledged !== false) this.#inputs = undefined;
  }

  #newCall(item: unknown, submittedAt: number = epochMs()): Call {
    const call = new Call(this, this.progress.calls++, item, submittedAt);
    this.open.add(call.index, call);
    return call;
  }

  #limitTime(call: Call): void {
    if (!this.limited) return;
    this.timed.push(call);
    // Lets go of those that are done, which nobody else does before the first time limit is over.
    this.timed.peek();
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
}
