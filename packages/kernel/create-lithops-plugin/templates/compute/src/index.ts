import type {} from '@lithops/core';
import { type ComputePlugin, defineComputePlugin, type PluginReference } from '@lithops/core/plugin';
import { type AcmeGridConfig, acmeGridConfig } from './config.ts';

export type { AcmeGridConfig } from './config.ts';

// Gives section `acme_grid` its type in defineConfig().
declare module '@lithops/core' {
  interface BackendConfigs {
    acme_grid: AcmeGridConfig;
  }
}

const plugin: ComputePlugin<AcmeGridConfig> = defineComputePlugin<AcmeGridConfig>({
  api: 1,
  name: 'acme_grid',
  mode: 'serverless',
  // By this file executors inside tasks find the plugin, however the application has come by it.
  module: import.meta.url,
  config: acmeGridConfig,
  // The conformance suite asks for what is promised here, and for nothing else.
  capabilities: ({ maxWorkers = 4 }) => ({
    delivery: 'stream',
    maxWorkers,
    concurrencyPerWorker: 1,
    maxPayloadBytes: Number.POSITIVE_INFINITY,
    maxResultBytes: Number.POSITIVE_INFINITY,
    maxTaskSeconds: Number.POSITIVE_INFINITY,
    recall: true,
    logs: true,
    exitCauses: true,
    // Set it to false as soon as your workers run elsewhere: functions then bring along what they import.
    sharesFileSystem: true,
  }),
  // What executors inside tasks may see of the section. Leave out what is secret.
  taskConfig: (config) => config,
  // SDKs are imported here and nowhere else: who does not use the backend does not wait for them.
  create: async (config) => new (await import('./backend.ts')).AcmeGridBackend(config),
});

export default plugin;

/** The backend with its configuration: `backend: acmeGrid({ maxWorkers: 8 })`. */
export function acmeGrid(config: AcmeGridConfig = {}): PluginReference {
  return { plugin, config };
}
