import type {} from '@lithops/core';
import { type ComputePlugin, defineComputePlugin, type PluginReference } from '@lithops/core/plugin';
import { type VmConfig, vmConfig } from './config.ts';

export type { VmConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    vm: VmConfig;
  }
}

/** As many as run there are on their way there besides, so that no process waits for one to come. */
const AHEAD = 2;
/** How many CPUs a machine is taken to have before it was asked; what is sent beyond them waits in the master's queue. */
const PROCESSES_GUESS = 16;

/** Compute plugin `vm`: machines that you have, over SSH. */
const plugin: ComputePlugin<VmConfig> = defineComputePlugin({
  api: 1,
  name: 'vm',
  mode: 'standalone',
  config: vmConfig,
  capabilities: ({ workers = [], maxWorkers, workerProcesses, externals = [] }) => ({
    delivery: 'stream',
    maxWorkers: Math.min(Math.max(1, workers.length), maxWorkers ?? Number.POSITIVE_INFINITY),
    concurrencyPerWorker: workerProcesses === undefined ? PROCESSES_GUESS : AHEAD * workerProcesses,
    maxPayloadBytes: Number.POSITIVE_INFINITY,
    maxResultBytes: Number.POSITIVE_INFINITY,
    maxTaskSeconds: Number.POSITIVE_INFINITY,
    recall: true,
    logs: true,
    exitCauses: true,
    sharesFileSystem: false,
    sharesMachine: false,
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
