import { encodeStoredModule } from '@lithops/worker/protocol';
import { encodeThrown, encodeValue, ValueBatch } from '@lithops/worker/values';
import { StorageError } from '../errors/storage-error.ts';
import type { Call } from '../future/call.ts';
import { dataKey, functionKey, jobPrefix, logKey, manifestKey, outcomesKey } from '../storage/job-keys.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';
import { EncodedItem } from './encoded-item.ts';
import type { Job } from './job.ts';
import { type CallInputs, type DataPart, encodeManifest } from './job-manifest.ts';
import type { JobOptions } from './job-options.ts';

/** Who works on the durable jobs of an executor. */
export interface JobOwnership {
  readonly store: StorageJobStore;
  /** How many owned them before. */
  readonly generation: number;
  /** Resolves when the ownership is in storage. */
  claimed(): Promise<void>;
  /** Function modules that are in storage already. */
  readonly modules: Set<string>;
}

/** How a call ended that no worker told of. */
export interface RecordedOutcome {
  readonly call: number;
  readonly state: 'error' | 'cancelled';
  /** By `encodeThrown`. */
  readonly error: Uint8Array;
}

const PART_BYTES = 1024 * 1024;
const INLINE_PART_BYTES = 64 * 1024;

/**
 * A durable job's state in storage: its items, its manifest, which is written last and makes the rest count, and how its
 * calls ended, as far as its workers do not write that themselves.
 */
export class JobRecord {
  readonly jobId: string;
  readonly prefix: string;
  /** Whether nobody has asked for it. */
  readonly implicit: boolean;
  readonly #ownership: JobOwnership;
  readonly #parts: DataPart[] = [];
  readonly #inputs: CallInputs[] = [];
  #batch = new ValueBatch();
  #added = 0;
  #writing: Promise<unknown>[] = [];
  readonly #held: (() => void)[] = [];
  #outcomes: RecordedOutcome[] = [];
  #outcomeRecords = 0;
  #recording: Promise<void> | undefined;
  #acknowledged = false;
  #released = false;

  /** @param implicit nobody has asked for it: nothing is written before {@link acknowledge} */
  constructor(executorId: string, jobId: string, ownership: JobOwnership, implicit: boolean) {
    this.jobId = jobId;
    this.prefix = jobPrefix(executorId, jobId);
    this.implicit = implicit;
    this.#ownership = ownership;
  }

  get generation(): number {
    return this.#ownership.generation;
  }

  /** The job's next call has this item, encoded or a primitive; `undefined` when its item comes from other calls. */
  add(item: unknown): void {
    if (item instanceof EncodedItem) this.#batch.addEncoded(item.bytes);
    else this.#batch.add(item);
    this.#added++;
    if (this.#batch.byteLength > PART_BYTES) this.#cut();
  }

  addInputs(call: Call, list: boolean, of: readonly Call[]): void {
    this.#inputs.push({
      call: call.index,
      list,
      of: of.map((input) => [input.owner.jobId, input.index]),
    });
  }

  /** Whether the job outlives this process. */
  get acknowledged(): boolean {
    return this.#acknowledged;
  }

  /** All calls were added. Resolves when the job outlives this process. @throws StorageError */
  async acknowledge(job: Job): Promise<void> {
    const { store, modules } = this.#ownership;
    const { executorId, jobId } = job;
    for (const write of this.#held.splice(0)) write();
    const claimed = this.#ownership.claimed();
    const module = await job.module();
    if (!modules.has(module.hash)) {
      this.#writing.push(
        store
          .put(functionKey(executorId, module.hash), encodeStoredModule(module), { durable: true })
          .then(() => modules.add(module.hash)),
      );
    }
    const { first, count } = this.#nextPart();
    if (count > 0) {
      if (this.#batch.byteLength > INLINE_PART_BYTES) this.#cut();
      else this.#parts.push({ first, count, data: this.#batch.finish() });
    }
    for (const write of this.#held.splice(0)) write();
    await Promise.all([claimed, ...this.#writing]);
    this.#writing = [];
    const { retries, retryOn, ownRetryRule, ...options } = job.options;
    const storages = Object.keys(job.task?.storages ?? {});
    const manifest = encodeManifest({
      version: 1,
      executorId,
      jobId,
      functionName: job.functionName,
      submittedAt: job.progress.submittedAt,
      calls: job.progress.calls,
      module: module.hash,
      tableNames: job.fn.table.entries.map(nameOf),
      passContext: job.passContext,
      extraArgs: job.extraArgs,
      ...(storages.length > 0 && { storages }),
      options: { retries, ownRetryRule, ...options },
      parts: this.#parts,
      inputs: this.#inputs,
    });
    const key = manifestKey(executorId, jobId);
    if (!(await store.put(key, manifest, { ifAbsent: true, durable: true })))
      throw new StorageError(`there is a job ${job.key} in storage already`, {
        hint: 'another executor was given the same id; make a new one',
      });
    this.#acknowledged = true;
  }

  /** Where the events of an invocation are written. */
  logOf(invocation: number): string {
    return logKey(this.prefix, this.generation, invocation);
  }

  /** A call is final. Where it failed or was cancelled, and no worker has recorded that as what counts, it is recorded here. */
  settled(call: Call, { ownRetryRule }: JobOptions): void {
    const { state } = call;
    if (this.#released || (state !== 'error' && state !== 'cancelled')) return;
    if (state === 'error' && call.failedInWorker && !ownRetryRule) return;
    this.#outcomes.push({ call: call.index, state, error: encodeThrown(call.error) });
    this.#recording ??= this.#recordOutcomes();
  }

  /** From now on nothing that happens here is an outcome: another process may go on with the job. */
  release(): void {
    this.#released = true;
  }

  /** Resolves when every outcome so far is in storage. */
  async recorded(): Promise<void> {
    await this.#recording;
  }

  async #recordOutcomes(): Promise<void> {
    // Calls that fail together are recorded together.
    await Promise.resolve();
    while (this.#outcomes.length > 0) {
      const outcomes = this.#outcomes;
      this.#outcomes = [];
      const key = outcomesKey(this.prefix, this.generation, this.#outcomeRecords++);
      await this.#ownership
        .claimed()
        .then(() => this.#ownership.store.put(key, encodeValue(outcomes), { durable: true }))
        // What is lost here is run again by whoever goes on with the job.
        .catch(() => {});
    }
    this.#recording = undefined;
  }

  #nextPart(): { readonly first: number; readonly count: number } {
    const last = this.#parts.at(-1);
    const first = last === undefined ? 0 : last.first + last.count;
    return { first, count: this.#added - first };
  }

  #cut(): void {
    const key = dataKey(this.prefix, this.#parts.length);
    this.#parts.push({ ...this.#nextPart(), data: key });
    const bytes = this.#batch.finish();
    this.#batch = new ValueBatch();
    const write = () => {
      const writing = this.#ownership.store.put(key, bytes, { durable: true });
      writing.catch(() => {}); // told by acknowledge
      this.#writing.push(writing);
    };
    if (this.implicit) this.#held.push(write);
    else write();
  }
}

function nameOf(entry: object): string {
  return typeof entry === 'function' ? entry.name : '';
}
