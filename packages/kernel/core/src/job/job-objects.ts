import type { StoredValue } from '@lithops/worker/values';
import { jobPrefix } from '../storage/job-keys.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';

/** The objects of an executor's jobs, which exist as long as it does. */
export interface TemporaryObjects {
  readonly store: StorageJobStore;
  /** Told that there are some whose keys begin so, or may be: they are removed when the executor closes. */
  used(prefix: string): void;
}

/** The objects of one job. */
export class JobObjects {
  /** What all their keys begin with, without the slash after it. */
  readonly prefix: string;
  readonly #temporary: TemporaryObjects;

  constructor(executorId: string, jobId: string, temporary: TemporaryObjects) {
    this.prefix = jobPrefix(executorId, jobId);
    this.#temporary = temporary;
  }

  used(): void {
    this.#temporary.used(this.prefix);
  }

  /** Writes an encoded value. */
  async put(name: string, bytes: Uint8Array): Promise<StoredValue> {
    this.used();
    const key = `${this.prefix}/${name}`;
    await this.#temporary.store.put(key, bytes);
    return { key, bytes: bytes.byteLength };
  }

  read(stored: StoredValue): Promise<Uint8Array> {
    return this.#temporary.store.read(stored);
  }
}
