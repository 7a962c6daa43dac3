import type { PluginContext } from './compute-plugin.ts';
import type { ConfigSchema } from './config-schema.ts';
import type { OpenNoticeBoard } from './notice-board.ts';

/** A plugin by which workers on platforms that only accept work tell their client that there is news; its package's default export. */
export interface MonitoringPlugin<Config = unknown> {
  readonly api: number;
  readonly kind: 'monitoring';
  /** What `lithops.monitoring` names, and the name of its section: `rabbitmq`. */
  readonly name: string;
  readonly config: ConfigSchema<Config>;
  /** The section that workers are given to publish with: no credentials but those that this needs. */
  workerConfig(config: Config): Readonly<Record<string, unknown>>;
  /** Makes a board; connects when it is first used. */
  create(config: Config, context: PluginContext): Promise<OpenNoticeBoard>;
}
