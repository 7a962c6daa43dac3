import type { ResolvedConfig } from '../config/load-config.ts';
import { validateSection } from '../config/validate-section.ts';
import { ConfigError } from '../errors/config-error.ts';
import { PluginNotFoundError } from '../errors/plugin-not-found-error.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';
import type { ComputeBackend, ComputePlugin, PluginContext } from '../plugin/compute-plugin.ts';
import type { PluginReference } from '../plugin/plugin-reference.ts';
import type { PriceModel } from '../plugin/price-model.ts';
import { assertPluginApi, resolveComputePlugin } from '../registry/resolve-plugin.ts';
import { storageArtifact } from '../storage/storage-artifact.ts';
import { storageFolders } from '../storage/storage-folders.ts';
import { type InheritedBackend, inheritedBackend } from './inherited-backend.ts';
import { BESIDE_THE_TASK, tasksReachStorage } from './task-setup.ts';

/** A backend at work, and what it can do. */
export interface Compute {
  readonly backend: ComputeBackend;
  readonly capabilities: ComputeCapabilities;
  /** What it charges; undefined where nobody knows. */
  readonly pricing: PriceModel | undefined;
  readonly inherited: InheritedBackend | undefined;
}

/** A plugin, and the section that it is to work under. */
interface Assignment {
  readonly plugin: ComputePlugin;
  readonly section: Readonly<Record<string, unknown>>;
  /** What the user calls the section. */
  readonly name: string;
}

/** Finds the plugin, checks its section and makes the backend; all at once where the plugin needs no waiting. */
export function openCompute(config: ResolvedConfig, context: PluginContext): Compute | Promise<Compute> {
  const { backendName, backendReference } = config;
  const plugin = backendReference === undefined ? pluginNamed(backendName, config) : referencedPlugin(backendReference);
  return plugin instanceof Promise
    ? plugin.then((loaded) => assign(loaded, config, context))
    : assign(plugin, config, context);
}

function pluginNamed(name: string, { mode, from, plugins }: ResolvedConfig): ComputePlugin | Promise<ComputePlugin> {
  return resolveComputePlugin({ name, mode, from, plugins });
}

function referencedPlugin({ plugin }: PluginReference): ComputePlugin {
  if (plugin.kind !== 'compute')
    throw new ConfigError(`${plugin.name} is a storage plugin; it goes into option storage, not backend`);
  assertPluginApi(plugin.name, plugin.api);
  return plugin;
}

/** What workers are deployed with: the same for all executors with the same storage and monitoring. */
function deployedStorage(config: ResolvedConfig): Promise<string> {
  const { storageName, monitoring } = config;
  const monitored = monitoring !== undefined && { monitoring: monitoring.name };
  return storageArtifact(config, { storages: [storageName], executors: BESIDE_THE_TASK, ...monitored });
}

/** Leaves the section to another plugin, where this one says so. */
function assign(plugin: ComputePlugin, config: ResolvedConfig, context: PluginContext): Compute | Promise<Compute> {
  const section = config.backendSection;
  const other = plugin.delegate?.(section);
  if (other === undefined) return create({ plugin, section, name: plugin.name }, config, context);
  const delegated = (taking: ComputePlugin) =>
    create({ plugin: taking, section: { ...config.sectionOf(other), ...section }, name: plugin.name }, config, context);
  const taking = pluginNamed(other, config);
  return taking instanceof Promise
    ? taking.then(delegated, (error: unknown) => Promise.reject(delegateError(error, plugin.name, other, section)))
    : delegated(taking);
}

function delegateError(error: unknown, name: string, other: string, section: Assignment['section']): unknown {
  if (!(error instanceof PluginNotFoundError)) return error;
  return new PluginNotFoundError(
    `${name} leaves runtime '${String(section['runtime'])}' to the plugin '${other}', which is not installed`,
    { hint: (error.hint ?? error.message).split('\n')[0] ?? '', cause: error },
  );
}

function create(assignment: Assignment, config: ResolvedConfig, context: PluginContext): Compute | Promise<Compute> {
  const { plugin, section, name } = assignment;
  const checked = validateSection(plugin.config, section, config, name);
  return checked instanceof Promise
    ? checked.then((valid) => createBackend(plugin, valid, config, context))
    : createBackend(plugin, checked, config, context);
}

function createBackend(
  plugin: ComputePlugin,
  section: unknown,
  config: ResolvedConfig,
  context: PluginContext,
): Compute | Promise<Compute> {
  const capabilities = plugin.capabilities(section);
  const storageCode = tasksReachStorage(config) ? () => deployedStorage(config) : undefined;
  const make = (storage: readonly string[]) =>
    plugin.create(section, {
      ...context,
      storageFolders: storage,
      ...(storageCode !== undefined && { storageCode }),
    });
  const backend = capabilities.sharesFileSystem
    ? plugin.create(section, context)
    : storageFolders(config).then(({ paths }) => make(paths));
  const compute = {
    capabilities,
    pricing: plugin.pricing?.(section),
    inherited: inheritedBackend(plugin, section, config.backendName),
  };
  return backend instanceof Promise ? backend.then((made) => ({ ...compute, backend: made })) : { ...compute, backend };
}
