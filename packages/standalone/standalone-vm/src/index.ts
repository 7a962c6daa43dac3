import type {} from '@lithops/core';
import {
  type ComputeCapabilities,
  type ComputePlugin,
  defineComputePlugin,
  type PluginReference,
} from '@lithops/core/plugin';
import { type VmConfig, vmConfig } from './config.ts';

export type { VmConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    vm: VmConfig;
  }
}

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
    ...places(Math.min(Math.max(1, workers.length), maxWorkers ?? Number.POSITIVE_INFINITY), workerProcesses),
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

/** As many as run are on their way besides, so that no process waits for the next to come; but for one process alone. */
function places(
  maxWorkers: number,
  processes: number | undefined,
): Pick<ComputeCapabilities, 'maxWorkers' | 'concurrencyPerWorker'> {
  if (processes === undefined) return { maxWorkers, concurrencyPerWorker: PROCESSES_GUESS };
  return { maxWorkers, concurrencyPerWorker: maxWorkers * processes === 1 ? 1 : 2 * processes };
}

/** `backend: vm({ ipAddress: '10.0.0.5', sshUsername: 'ubuntu' })` */
export function vm(config: VmConfig): PluginReference {
  return { plugin: plugin as ComputePlugin, config };
}

export default plugin;
