import { type ResolvedConfig, withStorage } from '../config/load-config.ts';
import { Storage } from '../storage/storage.ts';

/** An executor's own storage, and others that its jobs read objects from. Each is opened on first use. */
export class ExecutorStorages implements AsyncDisposable {
  readonly own: Storage;
  readonly #config: ResolvedConfig;
  readonly #others = new Map<string, Storage>();

  constructor(config: ResolvedConfig, executorId: string) {
    this.#config = config;
    this.own = new Storage({ resolved: config, owner: { executorId } });
  }

  named(name: string): Storage {
    if (name === this.#config.storageName) return this.own;
    let storage = this.#others.get(name);
    if (storage === undefined) {
      storage = new Storage({ resolved: withStorage(this.#config, name) });
      this.#others.set(name, storage);
    }
    return storage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.own, ...this.#others.values()].map((storage) => storage[Symbol.asyncDispose]()));
  }
}
