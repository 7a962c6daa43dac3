import { decodeValue, encodeReference, encodeValue, type StoredValue, type ValueTable } from '@lithops/worker/values';
import type { Call } from '../future/call.ts';
import { jobPrefix } from '../storage/job-keys.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';
import { EncodedItem } from './encoded-item.ts';

/** The objects of an executor's jobs, which exist as long as it does. */
export interface TemporaryObjects {
  readonly store: StorageJobStore;
  /** Told that there are some whose keys begin so, or may be: they are removed when the executor closes. */
  used(prefix: string): void;
}

/** The objects of one job: items and results that are too large to travel. */
export class JobObjects {
  /** What all their keys begin with, without the slash after it. */
  readonly prefix: string;
  readonly #temporary: TemporaryObjects;

  constructor(executorId: string, jobId: string, temporary: TemporaryObjects) {
    this.prefix = jobPrefix(executorId, jobId);
    this.#temporary = temporary;
  }

  /** There may be some from now on. */
  used(): void {
    this.#temporary.used(this.prefix);
  }

  /** Puts a call's item into storage, and has the call refer to it. @throws StorageError */
  async storeItem(call: Call): Promise<void> {
    const { item } = call;
    const bytes = item instanceof EncodedItem ? item.bytes : encodeValue(item);
    const key = `${this.prefix}/${call.callId}/data`;
    this.used();
    await this.#temporary.store.put(key, bytes);
    const size = bytes.byteLength;
    if (!call.done) call.item = new EncodedItem(encodeReference({ key, bytes: size }), size);
  }

  /** Reads and decodes a result. @throws StorageError */
  async fetch(stored: StoredValue, table: ValueTable): Promise<unknown> {
    return decodeValue(await this.#temporary.store.read(stored), table);
  }
}
