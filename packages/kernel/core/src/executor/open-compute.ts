import type { ResolvedConfig } from '../config/load-config.ts';
import { sectionError } from '../config/validation-issues.ts';
import { ConfigError } from '../errors/config-error.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';
import type { ComputeBackend, ComputePlugin, PluginContext } from '../plugin/compute-plugin.ts';
import type { ConfigSchema } from '../plugin/config-schema.ts';
import type { PluginReference } from '../plugin/plugin-reference.ts';
import { assertPluginApi, resolveComputePlugin } from '../registry/resolve-plugin.ts';

/** A backend at work, and what it can do. */
export interface Compute {
  readonly backend: ComputeBackend;
  readonly capabilities: ComputeCapabilities;
}

/** Finds the plugin, checks its section and makes the backend; all at once where the plugin needs no waiting. */
export function openCompute(config: ResolvedConfig, context: PluginContext): Compute | Promise<Compute> {
  const plugin =
    config.backendReference === undefined
      ? resolveComputePlugin({
          name: config.backendName,
          mode: config.mode,
          from: config.from,
          plugins: config.plugins,
        })
      : referencedPlugin(config.backendReference);
  return plugin instanceof Promise
    ? plugin.then((loaded) => create(loaded, config, context))
    : create(plugin, config, context);
}

function referencedPlugin({ plugin }: PluginReference): ComputePlugin {
  if (plugin.kind !== 'compute')
    throw new ConfigError(`${plugin.name} is a storage plugin; it goes into option storage, not backend`);
  assertPluginApi(plugin.name, plugin.api);
  return plugin;
}

function create(plugin: ComputePlugin, config: ResolvedConfig, context: PluginContext): Compute | Promise<Compute> {
  const section = validateSection(plugin.config, config.backendSection, config, plugin.name);
  if (section instanceof Promise) return section.then((checked) => createBackend(plugin, checked, context));
  return createBackend(plugin, section, context);
}

function createBackend(plugin: ComputePlugin, section: unknown, context: PluginContext): Compute | Promise<Compute> {
  const capabilities = plugin.capabilities(section);
  const backend = plugin.create(section, context);
  return backend instanceof Promise
    ? backend.then((made) => ({ backend: made, capabilities }))
    : { backend, capabilities };
}

/** A section by its plugin's own schema. @throws ConfigError */
export function validateSection(schema: ConfigSchema, section: unknown, config: ResolvedConfig, name: string): unknown {
  const result = schema['~standard'].validate(section);
  const checked = (outcome: Awaited<typeof result>): unknown => {
    if (outcome.issues === undefined) return outcome.value;
    throw sectionError(config.source, name, outcome.issues, knownKeys(schema));
  };
  return result instanceof Promise ? result.then(checked) : checked(result);
}

/** Keys of a schema, where its library tells them. */
function knownKeys(schema: ConfigSchema): string[] {
  const keys: unknown = Reflect.get(schema, 'keys');
  if (Array.isArray(keys)) return keys.map(String);
  const shape: unknown = Reflect.get(Reflect.get(schema, 'def') ?? {}, 'shape');
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
}
