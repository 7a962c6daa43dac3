import type {} from '@lithops/core';
import { type ComputePlugin, defineComputePlugin } from '@lithops/core/plugin';
import { availableCpus } from './available-cpus.ts';
import { type ContainerKeys, type LocalhostConfig, localhostConfig } from './config.ts';
import { fittingProcesses } from './fitting-processes.ts';
import { LocalhostBackend } from './localhost-backend.ts';
import { isImageRuntime } from './runtime-kind.ts';

export type { ContainerKeys, LocalhostConfig } from './config.ts';
export { storage } from './storage/storage-plugin.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    localhost: LocalhostConfig & ContainerKeys;
  }
}

/** Compute plugin `localhost`: warm worker processes on this machine. */
const localhost: ComputePlugin<LocalhostConfig> = defineComputePlugin({
  api: 1,
  name: 'localhost',
  mode: 'localhost',
  config: localhostConfig,
  delegate: ({ runtime }) => (isImageRuntime(runtime) ? 'docker' : undefined),
  capabilities: (config) => ({
    delivery: 'stream',
    maxWorkers: workerCount(config),
    concurrencyPerWorker: 1,
    maxPayloadBytes: Number.POSITIVE_INFINITY,
    maxResultBytes: Number.POSITIVE_INFINITY,
    maxTaskSeconds: Number.POSITIVE_INFINITY,
    recall: true,
    stop: true,
    logs: true,
    exitCauses: true,
    sharesFileSystem: true,
  }),
  taskConfig: (config) => config,
  create: (config) => new LocalhostBackend(config, workerCount(config)),
});

export default localhost;

function workerCount(config: LocalhostConfig): number {
  const processes = config.workerProcesses ?? Math.min(availableCpus(), fittingProcesses());
  return Math.min(processes, config.maxWorkers ?? Number.POSITIVE_INFINITY);
}
