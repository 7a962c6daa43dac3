import type { ShippedModule } from '@lithops/worker';
import { decodeStoredInvocation, decodeStoredModule, invocationKey } from '@lithops/worker/protocol';
import { EncodedValues, encodeReference } from '@lithops/worker/values';
import type { StorageDelivery } from '../delivery/storage-delivery.ts';
import { StorageError } from '../errors/storage-error.ts';
import type { Call } from '../future/call.ts';
import { hasFailed } from '../future/settle.ts';
import { waitForCalls } from '../future/wait-for-calls.ts';
import type { Invoker } from '../invocation/invoker.ts';
import { JobReplay } from '../invocation/job-replay.ts';
import { EncodedItem } from '../job/encoded-item.ts';
import { Job } from '../job/job.ts';
import type { DataPart, JobManifest } from '../job/job-manifest.ts';
import type { JobObjects } from '../job/job-objects.ts';
import type { JobReach } from '../job/job-reach.ts';
import type { JobRecord } from '../job/job-record.ts';
import { StoredFunction } from '../job/stored-function.ts';
import type { JobObservers } from '../observation/job-observers.ts';
import { functionKey, jobPrefix } from '../storage/job-keys.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';
import { forwardedItem, forwardedList } from './forwarded-result.ts';
import { isRetryable } from './map-options.ts';

/** Items larger than this are read by the worker, not here. */
const REFERENCED_BYTES = 64 * 1024;

/** What an attached job needs of its executor. */
export interface AttachedJobParts {
  readonly store: StorageJobStore;
  readonly invoker: Invoker;
  readonly reach: JobReach;
  readonly objects: JobObjects | undefined;
  readonly record: JobRecord;
  readonly observers: JobObservers | undefined;
  readonly showsProgress: boolean;
  readonly debug: ((message: string) => void) | undefined;
}

/** A durable job that another process submitted. */
export class AttachedJob {
  readonly job: Job;
  /** All of the job, in order. */
  readonly calls: readonly Call[];
  readonly #manifest: JobManifest;
  readonly #store: StorageJobStore;
  readonly #invoker: Invoker;
  readonly #replay: JobReplay;

  constructor(manifest: JobManifest, { store, invoker, ...parts }: AttachedJobParts) {
    const { executorId, jobId, functionName, tableNames, extraArgs, passContext, options } = manifest;
    this.#manifest = manifest;
    this.#store = store;
    this.#invoker = invoker;
    const fn = new StoredFunction(functionName, tableNames, () => this.#loadModule());
    // Whose rule it was is another program; ours is kept to what is no fault of the function.
    const jobOptions = { ...options, retryOn: isRetryable };
    this.job = new Job({ executorId, jobId }, fn, { extraArgs, passContext, ...parts }, jobOptions, invoker);
    this.calls = this.job.restore(manifest.calls, manifest.submittedAt);
    this.#replay = new JobReplay(this.job, jobPrefix(executorId, jobId), this.calls, store);
  }

  /** Settles the calls that have ended meanwhile. @returns whether there was anything new */
  refresh(): Promise<boolean> {
    return this.#replay.refresh();
  }

  /** Runs what has not been done. `callsOf` gives the calls of another job of the executor. */
  async resume(callsOf: (jobId: string) => readonly Call[], delivery: StorageDelivery | undefined): Promise<void> {
    const { job } = this;
    if (job.open.size === 0) return;
    for (const call of job.open) call.requeued();
    const running = delivery === undefined ? new Set<Call>() : await this.#rejoin(delivery);
    const waiting = new Set<number>();
    for (const { call: index, list, of } of this.#manifest.inputs) {
      const call = this.calls[index];
      if (call === undefined || call.done) continue;
      waiting.add(index);
      const inputs = of.map(([jobId, input]) => inputCall(callsOf(jobId)[input], job, jobId));
      void this.#provideLater(call, inputs, list, running.has(call));
    }
    for (const part of this.#manifest.parts) await this.#provideFrom(part, waiting, running);
    this.#invoker.submit(job);
  }

  async #provideLater(call: Call, inputs: readonly Call[], list: boolean, running: boolean): Promise<void> {
    try {
      await waitForCalls(inputs, inputs.length, {}, hasFailed);
      const failure = inputs.find(hasFailed);
      if (failure !== undefined) throw failure.error;
      for (const input of inputs) input.owner.feedsCalls();
      const [only] = inputs;
      const item =
        list || only === undefined
          ? await forwardedList(inputs, this.job, call.index)
          : await forwardedItem(only, this.job, call.index);
      if (running) call.item = item;
      else this.job.provide(call, item);
    } catch (error) {
      call.fail(error, 'error');
    }
    this.#invoker.submit(this.job);
  }

  /** Goes on with work that detached workers have begun. @returns its calls */
  async #rejoin(delivery: StorageDelivery): Promise<ReadonlySet<Call>> {
    const running = new Set<Call>();
    for (const { log, started } of this.#replay.openLogs()) {
      const bytes = started ? await this.#store.find(invocationKey(log)) : undefined;
      if (bytes === undefined) {
        // Should it be started after all, it finds that nobody waits for it.
        await delivery.abandon(log);
        continue;
      }
      const calls = decodeStoredInvocation(bytes).calls.flatMap((index) => this.calls[index] ?? []);
      const open = calls.filter((call) => !call.done && !running.has(call));
      for (const call of open) running.add(call);
      this.#invoker.rejoin(this.job, open, (signal) => delivery.rejoin(log, signal));
    }
    return running;
  }

  async #provideFrom(
    { first, count, data }: DataPart,
    waiting: ReadonlySet<number>,
    running: ReadonlySet<Call>,
  ): Promise<void> {
    const missing = this.calls.slice(first, first + count).filter((call) => !call.done && !waiting.has(call.index));
    if (missing.length === 0) return;
    const bytes = typeof data === 'string' ? await this.#store.find(data) : data;
    if (bytes === undefined) throw new StorageError(`the items of job ${this.job.key} are gone from storage`);
    const items = new EncodedValues(bytes);
    const itemOf = (index: number): unknown => {
      const encoded = items.encoded(index);
      if (encoded === undefined) return items.get(index);
      if (typeof data !== 'string' || encoded.byteLength < REFERENCED_BYTES)
        return new EncodedItem(new Uint8Array(encoded)); // a copy, which lets go of the rest
      const offset = encoded.byteOffset - bytes.byteOffset;
      return new EncodedItem(encodeReference({ key: data, offset, bytes: encoded.byteLength }), encoded.byteLength);
    };
    for (const call of missing) {
      const item = itemOf(call.index - first);
      // Needed should its worker be lost.
      if (running.has(call)) call.item = item;
      else this.job.provide(call, item);
    }
  }

  async #loadModule(): Promise<ShippedModule> {
    const { executorId, module } = this.#manifest;
    const bytes = await this.#store.find(functionKey(executorId, module));
    if (bytes === undefined) throw new StorageError(`the function of job ${this.job.key} is gone from storage`);
    const stored = decodeStoredModule(bytes);
    if (stored.hash !== module) throw new StorageError(`the object of function module ${module} holds another one`);
    return stored;
  }
}

function inputCall(call: Call | undefined, job: Job, jobId: string): Call {
  if (call !== undefined) return call;
  throw new StorageError(`job ${job.key} takes results of job ${jobId}, which is gone from storage`);
}
