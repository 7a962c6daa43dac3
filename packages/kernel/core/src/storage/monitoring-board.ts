import type { ResolvedConfig } from '../config/load-config.ts';
import type { MonitoringConfig } from '../config/monitoring-config.ts';
import { validateSection } from '../config/validate-section.ts';
import type { PluginContext } from '../plugin/compute-plugin.ts';
import type { MonitoringPlugin } from '../plugin/monitoring-plugin.ts';
import type { OpenNoticeBoard } from '../plugin/notice-board.ts';
import { assertPluginApi, resolveMonitoringPlugin } from '../registry/resolve-plugin.ts';

/** A monitoring plugin with a section that it has checked. */
export interface Monitoring {
  readonly plugin: MonitoringPlugin;
  readonly section: unknown;
}

/** Finds the plugin and checks its section. @throws PluginNotFoundError, ConfigError */
export async function findMonitoring({ name, section }: MonitoringConfig, config: ResolvedConfig): Promise<Monitoring> {
  const plugin = await resolveMonitoringPlugin({ name, from: config.from, plugins: config.plugins });
  assertPluginApi(plugin.name, plugin.api);
  return { plugin, section: await validateSection(plugin.config, section, config, name) };
}

export function openBoard({ plugin, section }: Monitoring, context: PluginContext): Promise<OpenNoticeBoard> {
  return plugin.create(section, context);
}
