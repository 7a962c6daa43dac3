import { decodeRecord, type EventRecord, encodeRecord, recordKey, type WorkerReply } from '../protocol/index.ts';
import type { JobStore } from './job-store.ts';

/** The end of an invocation's log, for one that writes to it; see `EventRecord`. */
export class EventLog {
  readonly #store: JobStore;
  readonly #key: string;
  readonly #recorded: (key: string) => void;
  readonly #writer = crypto.randomUUID();
  #next = 0;

  /** @param recorded told the key of each record that was added */
  constructor(store: JobStore, key: string, recorded: (key: string) => void = () => {}) {
    this.#store = store;
    this.#key = key;
    this.#recorded = recorded;
  }

  /** Goes to the end of what is there. @returns false when nothing can be added: the invocation has ended, or was given up */
  async open(): Promise<boolean> {
    for (let record = await this.#find(); record !== undefined; record = await this.#find()) {
      if (record.closed || record.replies.some(({ type }) => type === 'finished' || type === 'lost')) return false;
      this.#next++;
    }
    return true;
  }

  /** Adds a record. @returns false when the log was closed: nothing that this run tells counts any more. */
  async append(replies: readonly WorkerReply[]): Promise<boolean> {
    const record = encodeRecord({ writer: this.#writer, closed: false, replies });
    while (!(await this.#put(record))) {
      const other = await this.#find();
      // A put that was repeated, because its first answer was lost.
      if (other?.writer === this.#writer) break;
      if (other?.closed === true) return false;
      this.#next++;
    }
    this.#recorded(recordKey(this.#key, this.#next));
    this.#next++;
    return true;
  }

  async isClosed(): Promise<boolean> {
    return (await this.#find())?.closed === true;
  }

  #put(record: Uint8Array): Promise<boolean> {
    return this.#store.put(recordKey(this.#key, this.#next), record, { ifAbsent: true, durable: true });
  }

  async #find(): Promise<EventRecord | undefined> {
    const bytes = await this.#store.find(recordKey(this.#key, this.#next));
    return bytes === undefined ? undefined : decodeRecord(bytes);
  }
}
