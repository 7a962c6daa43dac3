import type {} from '@lithops/core';
import { type ComputePlugin, defineComputePlugin, type PluginReference } from '@lithops/core/plugin';
import { clusterCapabilities } from '@lithops/standalone/plugin';
import { type VmConfig, vmConfig } from './config.ts';

export type { VmConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    vm: VmConfig;
  }
}

/** Compute plugin `vm`: machines that you have, over SSH. */
const plugin: ComputePlugin<VmConfig> = defineComputePlugin({
  api: 1,
  name: 'vm',
  mode: 'standalone',
  config: vmConfig,
  capabilities: ({ workers = [], maxWorkers = Number.POSITIVE_INFINITY, workerProcesses, externals }) =>
    clusterCapabilities({
      machines: Math.min(Math.max(1, workers.length), maxWorkers),
      use: 'own',
      workerProcesses,
      externals,
    }),
  create: async (config, context) => {
    const [{ StandaloneBackend }, { clusterSettings }] = await Promise.all([
      import('@lithops/standalone'),
      import('./cluster-settings.ts'),
    ]);
    return new StandaloneBackend(clusterSettings(config, process.env), context);
  },
});

/** `backend: vm({ ipAddress: '10.0.0.5', sshUsername: 'ubuntu' })` */
export function vm(config: VmConfig): PluginReference {
  return { plugin: plugin as ComputePlugin, config };
}

export default plugin;
