import type { ModuleInstance, ShippedModule } from '../invocation.ts';
import { decodeValue } from '../values/index.ts';
import { linkInstalledPackages } from './installed-packages.ts';

/** The function modules of this process, each loaded once. */
export class ModuleCache {
  readonly #sources = new Map<string, ShippedModule>();
  readonly #instances = new Map<string, Promise<ModuleInstance>>();

  add(module: ShippedModule): void {
    if (!this.#instances.has(module.hash)) this.#sources.set(module.hash, module);
  }

  has(hash: string): boolean {
    return this.#sources.has(hash) || this.#instances.has(hash);
  }

  /** @throws Error when the module was never added, or what its code throws while it loads. */
  load(hash: string): Promise<ModuleInstance> {
    let instance = this.#instances.get(hash);
    if (instance === undefined) {
      instance = this.#instantiate(hash);
      this.#instances.set(hash, instance);
    }
    return instance;
  }

  async #instantiate(hash: string): Promise<ModuleInstance> {
    const source = this.#sources.get(hash);
    if (source === undefined) throw new Error(`function module ${hash} did not reach this worker`);
    this.#sources.delete(hash);
    const namespace: {
      default(assets: readonly Uint8Array[], decode: typeof decodeValue): ModuleInstance | Promise<ModuleInstance>;
    } = await import(
      `data:text/javascript;base64,${Buffer.from(linkInstalledPackages(source.code)).toString('base64')}`
    );
    return await namespace.default(source.assets, decodeValue);
  }
}
