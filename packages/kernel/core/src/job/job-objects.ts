import type { StoredValue } from '@lithops/worker/values';
import { JOBS_PREFIX, type StorageJobStore } from '../storage/storage-job-store.ts';

/** The objects of an executor's jobs, which exist as long as it does. */
export interface TemporaryObjects {
  readonly store: StorageJobStore;
  /** Told that there are some, or may be: the executor removes them when it closes. */
  used(): void;
}

/** The objects of one job. */
export class JobObjects {
  /** What all their keys begin with, without the slash after it. */
  readonly prefix: string;
  readonly #temporary: TemporaryObjects;

  constructor(executorId: string, jobId: string, temporary: TemporaryObjects) {
    this.prefix = `${JOBS_PREFIX}${executorId}/${jobId}`;
    this.#temporary = temporary;
  }

  used(): void {
    this.#temporary.used();
  }

  /** Writes an encoded value. */
  async put(name: string, bytes: Uint8Array): Promise<StoredValue> {
    this.#temporary.used();
    const key = `${this.prefix}/${name}`;
    await this.#temporary.store.put(key, bytes);
    return { key, bytes: bytes.byteLength };
  }

  read(stored: StoredValue): Promise<Uint8Array> {
    return this.#temporary.store.read(stored);
  }
}
