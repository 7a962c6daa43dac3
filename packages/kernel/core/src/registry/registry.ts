import { ConfigError } from '../errors/config-error.ts';
import type { ComputePlugin } from '../plugin/compute-plugin.ts';
import { isPlugin } from '../plugin/define-plugin.ts';
import type { StoragePlugin } from '../plugin/storage-plugin.ts';

/** Plugins that were registered in code: found by name before any package is looked for. */
export class PluginRegistry {
  readonly #compute = new Map<string, ComputePlugin>();
  readonly #storage = new Map<string, StoragePlugin>();

  /** The last plugin registered under a name is used. @throws ConfigError when it is no plugin. */
  register(plugin: ComputePlugin | StoragePlugin): void {
    if (!isPlugin(plugin))
      throw new ConfigError('this is no plugin; plugins are made by defineComputePlugin or defineStoragePlugin');
    if (plugin.kind === 'compute') this.#compute.set(plugin.name, plugin);
    else this.#storage.set(plugin.name, plugin);
  }

  compute(name: string): ComputePlugin | undefined {
    return this.#compute.get(name);
  }

  storage(name: string): StoragePlugin | undefined {
    return this.#storage.get(name);
  }

  /** Every name registered for a kind. */
  names(kind: 'compute' | 'storage'): string[] {
    return [...(kind === 'compute' ? this.#compute : this.#storage).keys()];
  }
}

const SHARED = Symbol.for('lithops.registry.1');

/** The registry of this process, one for all copies of core. */
export const registry: PluginRegistry = sharedRegistry();

function sharedRegistry(): PluginRegistry {
  const holder = globalThis as { [SHARED]?: PluginRegistry }; // the one place that knows this symbol
  holder[SHARED] ??= new PluginRegistry();
  return holder[SHARED];
}
