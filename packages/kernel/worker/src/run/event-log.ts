import { randomBytes } from 'node:crypto';
import { decodeRecord, encodeRecord, recordKey, type WorkerReply } from '../protocol/index.ts';
import type { JobStore } from './job-store.ts';

/** The end of an invocation's log, for one that writes to it; see `EventRecord`. */
export class EventLog {
  readonly #store: JobStore;
  readonly #key: string;
  readonly #writer = randomBytes(6).toString('hex');
  #next = 0;

  constructor(store: JobStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** Adds a record. @returns false when the log was closed: nothing that this run tells counts any more. */
  async append(replies: readonly WorkerReply[], closed = false): Promise<boolean> {
    const record = encodeRecord({ writer: this.#writer, closed, replies });
    for (;;) {
      const key = recordKey(this.#key, this.#next);
      if (await this.#store.put(key, record, { ifAbsent: true, durable: true })) break;
      const found = await this.#store.find(key);
      const other = found === undefined ? undefined : decodeRecord(found);
      // A put that was repeated, because its first answer was lost.
      if (other?.writer === this.#writer) break;
      if (other?.closed === true) return false;
      this.#next++;
    }
    this.#next++;
    return true;
  }
}
