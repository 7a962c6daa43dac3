import type { ShippedModule } from '../invocation.ts';

/** Bytes of modules that the other side keeps for us, unless a single one is larger. */
const MOST_BYTES = 256 * 1024 * 1024;

/** The function modules that a worker has been sent. Those not used for long are forgotten on both sides, so that neither fills. */
export class SentModules {
  /** Sizes by hash, the one used last at the end. */
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  /** Whether the module has to be sent (again). */
  use(module: ShippedModule): boolean {
    const known = this.#sizes.get(module.hash);
    if (known !== undefined) {
      this.#sizes.delete(module.hash);
      this.#sizes.set(module.hash, known);
      return false;
    }
    const size = module.assets.reduce((sum, asset) => sum + asset.byteLength, module.code.length);
    this.#sizes.set(module.hash, size);
    this.#bytes += size;
    return true;
  }

  /** The modules to forget, so that the rest fits. What runs already has its module. */
  overflow(): string[] {
    const forgotten: string[] = [];
    for (const [hash, size] of this.#sizes) {
      if (this.#bytes <= MOST_BYTES || this.#sizes.size === 1) break;
      this.#sizes.delete(hash);
      this.#bytes -= size;
      forgotten.push(hash);
    }
    return forgotten;
  }
}
