import type {} from '@lithops/core';
import { type ComputePlugin, defineComputePlugin, type PluginReference } from '@lithops/core/plugin';
import { type KnativeConfig, knativeConfig } from './config.ts';
import { mostBytes, withDefaults } from './settings.ts';

export type { KnativeConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    knative: KnativeConfig;
  }
}

/** Compute plugin `knative`: workers are pods of a Knative service of your cluster, started when there is work. */
const plugin: ComputePlugin<KnativeConfig> = defineComputePlugin({
  api: 1,
  name: 'knative',
  mode: 'serverless',
  config: knativeConfig,
  capabilities: (config) => {
    const settings = withDefaults(config);
    return {
      delivery: 'response',
      maxWorkers: settings.maxWorkers,
      concurrencyPerWorker: settings.workerProcesses,
      maxPayloadBytes: mostBytes(settings),
      maxResultBytes: mostBytes(settings),
      maxTaskSeconds: settings.runtimeTimeout,
      recall: false,
      logs: true,
      exitCauses: true,
      sharesFileSystem: false,
      sharesMachine: false,
      memoryPerJob: true,
      externals: config.externals ?? [],
    };
  },
  create: async (config, context) => {
    const { KnativeBackend } = await import('./knative-backend.ts');
    return KnativeBackend.open(withDefaults(config), context);
  },
});

/** `backend: knative({ namespace: 'team' })` */
export function knative(config: KnativeConfig = {}): PluginReference {
  return { plugin: plugin as ComputePlugin, config };
}

export default plugin;
