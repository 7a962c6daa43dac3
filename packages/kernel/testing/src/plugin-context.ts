import type { ConfigSchema, PluginContext } from '@lithops/core/plugin';

/** What core would give a plugin, quiet but for warnings. */
export function pluginContext(): PluginContext {
  const warn = (message: string, fields?: Record<string, unknown>) => console.warn(message, fields ?? '');
  return {
    executorId: 'conformance',
    logger: { debug() {}, info() {}, warn, error: warn },
    signal: new AbortController().signal,
  };
}

/** A section as the plugin's schema completes it. @throws TypeError when the schema refuses it. */
export function validatedConfig<Config>(
  plugin: { readonly name: string; readonly config: ConfigSchema<Config> },
  config: unknown,
): Config {
  const result = plugin.config['~standard'].validate(config);
  if (result instanceof Promise)
    throw new TypeError(
      `the schema of plugin ${plugin.name} validates asynchronously; core reads it before anything is started`,
    );
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ path, message }) => `${(path ?? []).map(keyOf).join('.')}: ${message}`);
  throw new TypeError(`plugin ${plugin.name} refuses the configuration of its conformance test: ${issues.join('; ')}`);
}

function keyOf(segment: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof segment === 'object' ? segment.key : segment);
}
