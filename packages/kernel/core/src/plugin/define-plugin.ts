import { ConfigError } from '../errors/config-error.ts';
import type { ComputePlugin } from './compute-plugin.ts';
import type { MonitoringPlugin } from './monitoring-plugin.ts';
import type { StoragePlugin } from './storage-plugin.ts';

export type Plugin = ComputePlugin | StoragePlugin | MonitoringPlugin;

/** Versions of the plugin contract that this core works with. */
export const SUPPORTED_PLUGIN_APIS: readonly number[] = [1];

/** Marks plugin definitions of every copy of core. */
export const PLUGIN_BRAND: unique symbol = Symbol.for('lithops.plugin') as never; // a registered symbol, named once

/** Defines a compute plugin; the package's default export. @throws ConfigError when the definition is incomplete. */
export function defineComputePlugin<Config>(definition: Omit<ComputePlugin<Config>, 'kind'>): ComputePlugin<Config> {
  assertDefinition('compute', definition, ['api', 'name', 'mode', 'config', 'capabilities', 'create']);
  return brand({ ...definition, kind: 'compute' });
}

/** Defines a storage plugin; the package's default export, or `storage` beside a compute plugin. @throws ConfigError */
export function defineStoragePlugin<Config>(definition: Omit<StoragePlugin<Config>, 'kind'>): StoragePlugin<Config> {
  assertDefinition('storage', definition, ['api', 'name', 'config', 'capabilities', 'defaultBucket', 'create']);
  return brand({ ...definition, kind: 'storage' });
}

/** Defines a monitoring plugin; the package's default export. @throws ConfigError */
export function defineMonitoringPlugin<Config>(
  definition: Omit<MonitoringPlugin<Config>, 'kind'>,
): MonitoringPlugin<Config> {
  assertDefinition('monitoring', definition, ['api', 'name', 'config', 'workerConfig', 'create']);
  return brand({ ...definition, kind: 'monitoring' });
}

/** Whether a value was made by one of the define functions, of whatever copy of core. */
export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && PLUGIN_BRAND in value;
}

function brand<Definition extends Plugin>(plugin: Definition): Definition {
  return Object.defineProperty(plugin, PLUGIN_BRAND, { value: true });
}

function assertDefinition(kind: string, definition: object, required: readonly string[]): void {
  const missing = required.filter((member) => Reflect.get(definition, member) === undefined);
  if (missing.length > 0)
    throw new ConfigError(
      `a ${kind} plugin without ${missing.join(', ')}: docs/guide/writing-a-plugin.md says what a plugin exports`,
    );
  const name: unknown = Reflect.get(definition, 'name');
  if (typeof name !== 'string' || !/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new ConfigError(`a plugin's name is snake case, like 'aws_lambda'; not ${JSON.stringify(name)}`);
  }
}
