import type { ResolvedConfig } from '../config/load-config.ts';
import { validateSection } from '../config/validate-section.ts';
import { ConfigError } from '../errors/config-error.ts';
import type { StorageFolders, StoragePlugin } from '../plugin/storage-plugin.ts';
import { assertPluginApi, resolveStoragePlugin } from '../registry/resolve-plugin.ts';

/** How the configured storage is reached from another file system of this machine. @throws PluginNotFoundError, ConfigError */
export async function storageFolders(config: ResolvedConfig): Promise<StorageFolders> {
  const plugin = await storagePluginOf(config);
  const section = await validateSection(plugin.config, config.storageSection, config, plugin.name);
  return plugin.folders?.(section) ?? { paths: [], section: config.storageSection };
}

/** The plugin of the configured storage. @throws PluginNotFoundError, ConfigError */
export async function storagePluginOf(config: ResolvedConfig): Promise<StoragePlugin> {
  if (config.storageReference === undefined)
    return resolveStoragePlugin({ name: config.storageName, from: config.from, plugins: config.plugins });
  const { plugin } = config.storageReference;
  if (plugin.kind !== 'storage')
    throw new ConfigError(`${plugin.name} is a compute plugin; it goes into option backend, not storage`);
  assertPluginApi(plugin.name, plugin.api);
  return plugin;
}
