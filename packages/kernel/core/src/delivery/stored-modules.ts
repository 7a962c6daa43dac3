import type { ShippedModule } from '@lithops/worker';
import { encodeStoredModule } from '@lithops/worker/protocol';
import { functionKey } from '../storage/job-keys.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';

/** Function modules in storage, each written once. */
export class StoredModules {
  readonly #store: StorageJobStore;
  readonly #written: Set<string>;
  readonly #writing = new Map<string, Promise<void>>();

  /** @param written hashes of those that are there already */
  constructor(store: StorageJobStore, written: Set<string>) {
    this.#store = store;
    this.#written = written;
  }

  /** The key of a module that is in storage from then on; once for all that need it at the same time. @throws StorageError */
  async keyOf(executorId: string, module: ShippedModule): Promise<string> {
    const key = functionKey(executorId, module.hash);
    if (!this.#written.has(module.hash)) await this.#write(key, module);
    return key;
  }

  #write(key: string, module: ShippedModule): Promise<void> {
    const { hash } = module;
    const writing =
      this.#writing.get(hash) ??
      this.#store
        .put(key, encodeStoredModule(module), { durable: true })
        .then(() => void this.#written.add(hash))
        .finally(() => this.#writing.delete(hash));
    this.#writing.set(hash, writing);
    return writing;
  }
}
