import type {} from '@lithops/core';
import {
  type ComputeCapabilities,
  type ComputePlugin,
  defineComputePlugin,
  type PluginReference,
} from '@lithops/core/plugin';
import { type IbmVpcConfig, ibmVpcConfig } from './config.ts';

export type { IbmVpcConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    ibm_vpc: IbmVpcConfig;
  }
}

const DEFAULT_WORKERS = 100;
/** How many CPUs a machine is taken to have before it was asked; what is sent beyond them waits in the master's queue. */
const PROCESSES_GUESS = 16;

/** Compute plugin `ibm_vpc`: virtual machines of IBM Cloud VPC. */
const plugin: ComputePlugin<IbmVpcConfig> = defineComputePlugin({
  api: 1,
  name: 'ibm_vpc',
  mode: 'standalone',
  config: ibmVpcConfig,
  capabilities: ({ execMode, maxWorkers = DEFAULT_WORKERS, workerProcesses, externals = [] }) => ({
    delivery: 'stream',
    ...places(execMode === 'consume' ? 1 : maxWorkers, workerProcesses),
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
  create: async (config, context) => (await import('./open-backend.ts')).openBackend(config, context),
});

/** As many as run are on their way besides, so that no process waits for the next to come; but for one process alone. */
function places(
  maxWorkers: number,
  processes: number | undefined,
): Pick<ComputeCapabilities, 'maxWorkers' | 'concurrencyPerWorker'> {
  if (processes === undefined) return { maxWorkers, concurrencyPerWorker: PROCESSES_GUESS };
  return { maxWorkers, concurrencyPerWorker: maxWorkers * processes === 1 ? 1 : 2 * processes };
}

/** `backend: ibmVpc({ region: 'us-south', iamApiKey, resourceGroupId })` */
export function ibmVpc(config: IbmVpcConfig): PluginReference {
  return { plugin: plugin as ComputePlugin, config };
}

export default plugin;
