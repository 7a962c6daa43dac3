import type { StorageJobStore } from '../storage/storage-job-store.ts';

/** The invocations of a job that are to be ended, in an object that their workers look at. */
export class StopList {
  readonly #store: StorageJobStore;
  readonly #key: string;
  readonly #ids: string[] = [];
  /** How many of them are in the object; -1: there is none. */
  #told = -1;
  #writing: Promise<void> | undefined;

  constructor(store: StorageJobStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** @returns the key of the list, which is there from then on. @throws StorageError */
  async written(): Promise<string> {
    if (this.#told < 0) await this.#write();
    return this.#key;
  }

  /** Those that are added while it is written go into it together. @throws StorageError */
  async add(id: string): Promise<void> {
    this.#ids.push(id);
    const count = this.#ids.length;
    while (this.#told < count) await this.#write();
  }

  #write(): Promise<void> {
    this.#writing ??= this.#put().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #put(): Promise<void> {
    const count = this.#ids.length;
    await this.#store.put(this.#key, Buffer.from(JSON.stringify(this.#ids)));
    this.#told = count;
  }
}
