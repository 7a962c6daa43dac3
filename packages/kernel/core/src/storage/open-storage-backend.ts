import type { ResolvedConfig } from '../config/load-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import { validateSection } from '../executor/open-compute.ts';
import { createLogger } from '../executor/plugin-logger.ts';
import type { StorageBackend, StoragePlugin } from '../plugin/storage-plugin.ts';
import { assertPluginApi, resolveStoragePlugin } from '../registry/resolve-plugin.ts';

/** A storage at work. */
export interface OpenStorage {
  readonly backend: StorageBackend;
  readonly bucket: string;
}

/** Finds the storage plugin of a configuration and opens it. @throws PluginNotFoundError, ConfigError */
export async function openStorageBackend(config: ResolvedConfig, signal: AbortSignal): Promise<OpenStorage> {
  const plugin = await pluginOf(config);
  const section = await validateSection(plugin.config, config.storageSection, config, plugin.name);
  const backend = await plugin.create(section, {
    executorId: 'storage',
    signal,
    logger: createLogger(config.logLevel, 'storage'),
  });
  return { backend, bucket: await plugin.defaultBucket(section) };
}

async function pluginOf(config: ResolvedConfig): Promise<StoragePlugin> {
  if (config.storageReference === undefined) {
    return resolveStoragePlugin({ name: config.storageName, from: config.from, plugins: config.plugins });
  }
  const { plugin } = config.storageReference;
  if (plugin.kind !== 'storage')
    throw new ConfigError(`${plugin.name} is a compute plugin; it goes into option backend, not storage`);
  assertPluginApi(plugin.name, plugin.api);
  return plugin;
}
