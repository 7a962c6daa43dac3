import { ConfigError } from '../errors/config-error.ts';
import type { ComputePlugin } from '../plugin/compute-plugin.ts';
import { isPlugin, type Plugin } from '../plugin/define-plugin.ts';
import type { MonitoringPlugin } from '../plugin/monitoring-plugin.ts';
import type { StoragePlugin } from '../plugin/storage-plugin.ts';

/** Plugins that were registered in code: found by name before any package is looked for. */
export class PluginRegistry {
  readonly #compute = new Map<string, ComputePlugin>();
  readonly #storage = new Map<string, StoragePlugin>();
  readonly #monitoring = new Map<string, MonitoringPlugin>();

  /** The last plugin registered under a name is used. @throws ConfigError when it is no plugin. */
  register(plugin: Plugin): void {
    if (!isPlugin(plugin))
      throw new ConfigError(
        'this is no plugin; plugins are made by defineComputePlugin, defineStoragePlugin or defineMonitoringPlugin',
      );
    if (plugin.kind === 'compute') this.#compute.set(plugin.name, plugin);
    else if (plugin.kind === 'storage') this.#storage.set(plugin.name, plugin);
    else this.#monitoring.set(plugin.name, plugin);
  }

  compute(name: string): ComputePlugin | undefined {
    return this.#compute.get(name);
  }

  storage(name: string): StoragePlugin | undefined {
    return this.#storage.get(name);
  }

  monitoring(name: string): MonitoringPlugin | undefined {
    return this.#monitoring.get(name);
  }

  /** Every name registered for a kind. */
  names(kind: Plugin['kind']): string[] {
    return [...{ compute: this.#compute, storage: this.#storage, monitoring: this.#monitoring }[kind].keys()];
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
