import type { ExecutorOptions } from '../executor/executor-options.ts';
import type { ConfigSchema } from '../plugin/config-schema.ts';
import { COMPUTE_BACKENDS, MONITORING_BACKENDS, STORAGE_BACKENDS } from '../registry/package-names.ts';
import { registry } from '../registry/registry.ts';
import {
  pluginInstalled,
  resolveComputePlugin,
  resolveMonitoringPlugin,
  resolveStoragePlugin,
} from '../registry/resolve-plugin.ts';
import { lithopsSectionSchema } from './lithops-section-schema.ts';
import { loadConfig } from './load-config.ts';

/** By what a section of the configuration is checked. */
export interface SectionSchema {
  readonly section: string;
  /** `lithops` itself, or what kind of plugin the section is of. A section may be of several. */
  readonly of: 'lithops' | 'compute' | 'storage' | 'monitoring';
  readonly schema: ConfigSchema;
  /** Whether another plugin may take over under this section, with keys of its own. */
  readonly delegates: boolean;
}

/**
 * The schemas of all sections that can be checked here: that of `lithops`, and of every plugin that is installed.
 * @throws ConfigError, PluginApiMismatchError
 */
export async function configSchemas(options: ExecutorOptions = {}): Promise<readonly SectionSchema[]> {
  const { from, plugins, backendName, storageName } = loadConfig(options);
  const schemas: SectionSchema[] = [
    { section: 'lithops', of: 'lithops', schema: lithopsSectionSchema, delegates: false },
  ];
  const compute = new Set([...Object.values(COMPUTE_BACKENDS).flat(), ...registry.names('compute'), backendName]);
  for (const name of compute) {
    const { installed } = await pluginInstalled('compute', name, from);
    if (!installed) continue;
    const plugin = await resolveComputePlugin({ name, from, plugins });
    schemas.push({ section: name, of: 'compute', schema: plugin.config, delegates: plugin.delegate !== undefined });
  }
  for (const name of new Set([...STORAGE_BACKENDS, ...registry.names('storage'), storageName])) {
    const { installed } = await pluginInstalled('storage', name, from);
    if (!installed) continue;
    const plugin = await resolveStoragePlugin({ name, from, plugins });
    schemas.push({ section: name, of: 'storage', schema: plugin.config, delegates: false });
  }
  for (const name of new Set([...MONITORING_BACKENDS, ...registry.names('monitoring')])) {
    const plugin = await Promise.resolve(resolveMonitoringPlugin({ name, from, plugins })).catch(() => undefined); // not installed
    if (plugin !== undefined)
      schemas.push({ section: name, of: 'monitoring', schema: plugin.config, delegates: false });
  }
  return schemas;
}
