import { ConfigError } from '../errors/config-error.ts';
import { StorageError } from '../errors/storage-error.ts';
import { JobObjects, type TemporaryObjects } from '../job/job-objects.ts';
import { Ownership } from '../job/job-owner.ts';
import { type JobOwnership, JobRecord } from '../job/job-record.ts';
import type { CleanScope } from '../storage/clean-executor-objects.ts';
import { JOBS_PREFIX, MANIFESTS_PREFIX, manifestKey } from '../storage/job-keys.ts';
import type { Storage } from '../storage/storage.ts';
import { StorageJobStore } from '../storage/storage-job-store.ts';

/** What the jobs of one executor keep in storage: large values for as long as it lives, and all of its durable jobs. */
export class ExecutorState implements TemporaryObjects, JobOwnership {
  readonly store: StorageJobStore;
  readonly modules: Set<string> = new Set();
  generation = 0;
  readonly #executorId: string;
  /** Whether tasks can open the storage. */
  readonly reached: boolean;
  readonly #records = new Map<string, JobRecord>();
  readonly #temporary = new Set<string>();
  #hooked = false;
  #claim: Promise<Ownership> | undefined;
  /** For scripts that forget to close their executor. */
  readonly #atExit = () => void this.removeTemporary().catch(() => {}); // the storage is gone; so are its objects, or nobody can say

  /** @param reached whether tasks can open the storage */
  constructor(executorId: string, storage: Storage, reached: boolean) {
    this.store = new StorageJobStore(storage);
    this.#executorId = executorId;
    this.reached = reached;
  }

  /** Where a job's large values go; undefined when its tasks could not open the storage. */
  objectsOf(jobId: string): JobObjects | undefined {
    return this.reached ? new JobObjects(this.#executorId, jobId, this) : undefined;
  }

  /**
   * The record of a durable job; an implicit one is of a job that is durable only if its backend needs that.
   * @throws ConfigError when its tasks could not write to it.
   */
  recordOf(jobId: string, implicit = false): JobRecord {
    if (!this.reached)
      throw new ConfigError(
        'a durable job needs a storage that its workers can open, and this one is code of this process',
        {
          hint: 'name the storage, with a configuration of plain values',
        },
      );
    const record = new JobRecord(this.#executorId, jobId, this, implicit);
    this.#records.set(record.prefix, record);
    return record;
  }

  /** The job is not durable after all. */
  drop(record: JobRecord): void {
    this.#records.delete(record.prefix);
  }

  /** Durable jobs' objects are no temporary ones. */
  used(prefix: string): void {
    if (!this.#hooked) process.once('beforeExit', this.#atExit);
    this.#hooked = true;
    if (!this.#records.has(prefix)) this.#temporary.add(prefix);
  }

  /** Owns the executor's jobs from now on, as one of a later generation. */
  own(ownership: Ownership): void {
    this.generation = ownership.generation;
    this.#claim = Promise.resolve(ownership);
  }

  async claimed(): Promise<void> {
    this.#claim ??= this.#claimFirst();
    await this.#claim;
  }

  /** From now on what becomes of calls here is no outcome of theirs. */
  stopRecording(): void {
    for (const record of this.#records.values()) record.release();
  }

  /** Lets go of durable jobs, so that another process may go on with them at once. */
  async release(): Promise<void> {
    await Promise.all(Array.from(this.#records.values(), (record) => record.recorded()));
    const ownership = await this.#claim?.catch(() => undefined); // told by the jobs that needed it
    // Where that cannot be written, who comes next sees that nothing is heard of us any more.
    await ownership?.release().catch(() => {});
  }

  /** Removes what is not of jobs that the user has asked to be durable. */
  async removeTemporary(): Promise<void> {
    process.removeListener('beforeExit', this.#atExit);
    this.#hooked = false;
    const records = [...this.#records.values()];
    const implicit = records.filter((record) => record.implicit);
    const prefixes = [...this.#temporary, ...implicit.map((record) => record.prefix)];
    this.#temporary.clear();
    if (prefixes.length === 0) return;
    // A job without a manifest is none.
    await this.store.delete(implicit.map(({ jobId }) => manifestKey(this.#executorId, jobId)));
    if (implicit.length === records.length) return this.store.deleteAll(`${JOBS_PREFIX}${this.#executorId}/`);
    for (const prefix of prefixes) await this.store.deleteAll(`${prefix}/`);
  }

  /** Durable jobs that are about to be cleaned exist no more: a job without a manifest is none. */
  async forget({ jobs, running, signal }: CleanScope): Promise<void> {
    const prefix = `${MANIFESTS_PREFIX}${this.#executorId}/`;
    const gone: string[] = [];
    for await (const { key } of this.store.list(prefix)) {
      const jobId = key.slice(prefix.length);
      if (!running.has(jobId) && (jobs === undefined || jobs.has(jobId))) gone.push(key);
    }
    signal?.throwIfAborted();
    await this.store.delete(gone);
    this.modules.clear();
  }

  async #claimFirst(): Promise<Ownership> {
    const ownership = await Ownership.claim(this.store, this.#executorId, this.generation);
    if (ownership !== undefined) return ownership;
    throw new StorageError(`there are jobs of an executor ${this.#executorId} in storage already`, {
      hint: 'another executor was given the same id; make a new one',
    });
  }
}
