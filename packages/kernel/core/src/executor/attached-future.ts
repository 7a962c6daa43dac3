import { decodeValue, type EncodedValues, emptyTable, type StoredValue } from '@lithops/worker/values';
import type { ResolvedConfig } from '../config/load-config.ts';
import { epochMs } from '../epoch-ms.ts';
import { StorageError } from '../errors/storage-error.ts';
import { Call } from '../future/call.ts';
import type { CallOwner } from '../future/call-owner.ts';
import type { FutureJson } from '../future/response-future.ts';
import { waitForCalls } from '../future/wait-for-calls.ts';
import type { ShownJob } from '../progress/shown-job.ts';
import { Storage } from '../storage/storage.ts';
import { StorageJobStore } from '../storage/storage-job-store.ts';
import type { AttachedJobs } from './attach-jobs.ts';
import type { ExecutorOptions } from './executor-options.ts';

/** An executor that goes on with jobs of another process. */
export interface Attached {
  readonly jobs: AttachedJobs;
  readonly config: ResolvedConfig;
  close(): Promise<void>;
}

type Attach = (jobKey: string, options: ExecutorOptions) => Promise<Attached>;

const DEFAULT_OPTIONS: ExecutorOptions = {};
/** Executors at work for futures that were read from JSON, by the options given and by their jobs. */
const attached = new WeakMap<ExecutorOptions, Map<string, Promise<Attached>>>();

/** The record of a call of another process's job; it settles as that job goes on. */
export function attachedCall(json: FutureJson, options: ExecutorOptions = DEFAULT_OPTIONS, attach: Attach): Call {
  const { executorId, jobId, callId } = json;
  const jobKey = `${executorId}-${jobId}`;
  const byJob = attached.get(options) ?? new Map<string, Promise<Attached>>();
  attached.set(options, byJob);
  let attaching = byJob.get(jobKey);
  if (attaching === undefined) {
    attaching = attach(jobKey, options);
    byJob.set(jobKey, attaching);
    attaching.then(
      (found) =>
        void closeWhenDone(found)
          .catch(() => {}) // its calls have ended, and their results were told
          .finally(() => byJob.delete(jobKey)),
      () => byJob.delete(jobKey),
    );
  }
  const owner = new AttachedOwner(executorId, jobId);
  const call = new Call(owner, Number(callId), undefined, epochMs());
  attaching.then(
    (found) => owner.follow(call, found),
    (error: unknown) => call.fail(error, 'error'),
  );
  return call;
}

/** Its workers are of no use any more; results are read through a storage of their own. */
async function closeWhenDone({ jobs, close }: Attached): Promise<void> {
  const calls = Array.from(jobs.values(), (job) => job.calls).flat();
  await waitForCalls(calls, calls.length, {});
  await close();
}

class AttachedOwner implements CallOwner {
  readonly executorId: string;
  readonly jobId: string;
  readonly durable = true;
  readonly submitted: Promise<void> = Promise.resolve();
  readonly table = emptyTable;
  #inner: Call | undefined;
  #cancelled: { readonly reason: unknown } | undefined;
  #store: StorageJobStore | undefined;

  constructor(executorId: string, jobId: string) {
    this.executorId = executorId;
    this.jobId = jobId;
  }

  /** The item is the other process's; what it counted is told with the outcome. */
  itemBytes(): number | undefined {
    return this.#inner?.bytesIn;
  }

  get functionName(): string {
    return this.#inner?.owner.functionName ?? '';
  }

  get shown(): ShownJob | undefined {
    return this.#inner?.owner.shown;
  }

  follow(call: Call, { jobs, config }: Attached): void {
    const inner = jobs.get(this.jobId)?.calls[call.index];
    if (inner === undefined) {
      call.fail(new StorageError(`job ${this.executorId}-${this.jobId} has no call ${call.callId}`), 'error');
      return;
    }
    this.#inner = inner;
    this.#store = new StorageJobStore(new Storage({ resolved: config }));
    if (this.#cancelled !== undefined) inner.owner.cancel([inner], this.#cancelled.reason);
    inner.onDone(() => call.endLike(inner));
  }

  decode(values: EncodedValues, position: number): unknown {
    return this.#inner?.owner.decode(values, position);
  }

  async fetch(stored: StoredValue): Promise<unknown> {
    if (this.#store === undefined || this.#inner === undefined) throw new TypeError('the job is not attached yet');
    return decodeValue(await this.#store.read(stored), this.#inner.owner.table);
  }

  cancel(_calls: readonly Call[], reason: unknown): void {
    if (this.#inner === undefined) this.#cancelled = { reason };
    else this.#inner.owner.cancel([this.#inner], reason);
  }

  feedsCalls(): void {}

  settled(): void {}

  fetched(): void {}
}
