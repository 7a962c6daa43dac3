import type { ResolvedConfig } from '../config/load-config.ts';
import { JobObjects, type TemporaryObjects } from '../job/job-objects.ts';
import { STORAGE_BACKENDS } from '../registry/package-names.ts';
import type { Storage } from '../storage/storage.ts';
import { JOBS_PREFIX, StorageJobStore } from '../storage/storage-job-store.ts';

/** What the jobs of one executor keep in storage for as long as it lives. */
export class ExecutorObjects implements TemporaryObjects {
  readonly store: StorageJobStore;
  readonly #executorId: string;
  readonly #reachable: boolean;
  #used = false;
  /** For scripts that forget to close their executor. */
  readonly #clean = () => void this.clean().catch(() => {}); // the storage is gone; so are its objects, or nobody can say

  constructor(executorId: string, storage: Storage, config: ResolvedConfig) {
    this.store = new StorageJobStore(storage);
    this.#executorId = executorId;
    this.#reachable = tasksCanOpen(config);
  }

  /** Where a job's large values go; undefined when its tasks could not open the storage. */
  of(jobId: string): JobObjects | undefined {
    return this.#reachable ? new JobObjects(this.#executorId, jobId, this) : undefined;
  }

  used(): void {
    if (this.#used) return;
    this.#used = true;
    process.once('beforeExit', this.#clean);
  }

  /** Removes them all. */
  async clean(): Promise<void> {
    if (!this.#used) return;
    this.#used = false;
    process.removeListener('beforeExit', this.#clean);
    await this.store.deleteAll(`${JOBS_PREFIX}${this.#executorId}/`);
  }
}

/** A worker finds a storage by its name; one that was given as a value, of a plugin that has no package, it cannot. */
function tasksCanOpen({ storageReference, storageName }: ResolvedConfig): boolean {
  return storageReference === undefined || (STORAGE_BACKENDS as readonly string[]).includes(storageName);
}
