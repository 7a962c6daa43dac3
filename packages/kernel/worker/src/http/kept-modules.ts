import type { Invocation, ShippedModule, TaskSetup } from '../invocation.ts';

const MOST_MODULES = 256;
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_SETUPS = 64;

/** What invocations refer to and need not bring each time: modules by their hashes, those used last. */
export class KeptModules {
  readonly #modules = new Map<string, ShippedModule>();
  readonly #setups = new Map<string, TaskSetup>();
  #bytes = 0;

  keep(module: ShippedModule): void {
    if (this.#modules.has(module.hash)) return;
    this.#modules.set(module.hash, module);
    this.#bytes += sizeOf(module);
    for (const [hash, oldest] of this.#modules) {
      if (this.#modules.size <= 2 || (this.#modules.size <= MOST_MODULES && this.#bytes <= MOST_BYTES)) break;
      this.#modules.delete(hash);
      this.#bytes -= sizeOf(oldest);
    }
  }

  /** The invocation with all that it refers to; undefined when some of that has to be sent. */
  complete(invocation: Invocation): { readonly invocation: Invocation; readonly module: ShippedModule } | undefined {
    const module = this.#use(invocation.module);
    const { task } = invocation;
    const storage = task?.storageModule === undefined ? undefined : this.#use(task.storageModule);
    if (module === undefined || (task?.storageModule !== undefined && storage === undefined)) return undefined;
    return task === undefined
      ? { invocation, module }
      : { invocation: { ...invocation, task: this.#same(task, storage) }, module };
  }

  #use(hash: string): ShippedModule | undefined {
    const module = this.#modules.get(hash);
    if (module === undefined) return undefined;
    this.#modules.delete(hash);
    this.#modules.set(hash, module);
    return module;
  }

  /** The very same object for equal setups: processes are sent it when it is another, and keep open what they opened with it. */
  #same(task: TaskSetup, storage: ShippedModule | undefined): TaskSetup {
    const key = JSON.stringify(task);
    const setup = this.#setups.get(key) ?? (storage === undefined ? task : { ...task, storageCode: storage.code });
    this.#setups.delete(key);
    this.#setups.set(key, setup);
    const [oldest] = this.#setups.keys();
    if (this.#setups.size > MOST_SETUPS && oldest !== undefined) this.#setups.delete(oldest);
    return setup;
  }
}

function sizeOf({ code, assets }: ShippedModule): number {
  return assets.reduce((sum, asset) => sum + asset.byteLength, code.length);
}
