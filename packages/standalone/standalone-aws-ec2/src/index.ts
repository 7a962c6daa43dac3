import type {} from '@lithops/core';
import { type ComputePlugin, defineComputePlugin, type PluginReference } from '@lithops/core/plugin';
import { type Ec2Config, type Ec2ConfigInput, ec2Config } from './config.ts';

export type { Ec2Config, Ec2ConfigInput } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    aws_ec2: Ec2ConfigInput;
  }
}

/** How many CPUs a machine is taken to have before it was asked; what is sent beyond them waits in the master's queue. */
const PROCESSES_GUESS = 16;
const DEFAULT_WORKERS = 100;

/** Compute plugin `aws_ec2`: workers are machines of Amazon EC2, made when there is work. */
const plugin: ComputePlugin<Ec2Config> = defineComputePlugin({
  api: 1,
  name: 'aws_ec2',
  mode: 'standalone',
  config: ec2Config,
  capabilities: ({ execMode, maxWorkers = DEFAULT_WORKERS, workerProcesses, externals = [] }) => ({
    delivery: 'stream',
    maxWorkers: execMode === 'consume' ? 1 : maxWorkers,
    // As many as run are on their way besides, so that no process waits for the next to come.
    concurrencyPerWorker: workerProcesses === undefined ? PROCESSES_GUESS : 2 * workerProcesses,
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

/** `backend: awsEc2({ region: 'eu-west-1' })` */
export function awsEc2(config: Ec2ConfigInput = {}): PluginReference {
  return { plugin: plugin as ComputePlugin, config };
}

export default plugin;
