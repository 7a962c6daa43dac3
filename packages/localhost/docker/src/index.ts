import { availableParallelism } from 'node:os';
import type {} from '@lithops/core';
import { type ComputePlugin, defineComputePlugin } from '@lithops/core/plugin';
import { type DockerConfig, dockerConfig } from './config.ts';
import { containerPlan } from './container-plan.ts';

export type { DockerConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    docker: DockerConfig;
  }
}

/** Compute plugin `docker`: warm containers of an image. Localhost mode takes it when `runtime` is the name of an image. */
const docker: ComputePlugin<DockerConfig> = defineComputePlugin({
  api: 1,
  name: 'docker',
  mode: 'localhost',
  config: dockerConfig,
  capabilities: (config) => ({
    delivery: 'stream',
    maxWorkers: containerPlan(config, availableParallelism()).workers,
    concurrencyPerWorker: 1,
    maxPayloadBytes: Number.POSITIVE_INFINITY,
    maxResultBytes: Number.POSITIVE_INFINITY,
    maxTaskSeconds: Number.POSITIVE_INFINITY,
    recall: true,
    logs: true,
    exitCauses: true,
    sharesFileSystem: false,
    externals: config.externals ?? [],
  }),
  create: async (config, context) => {
    const { DockerBackend } = await import('./docker-backend.ts');
    return DockerBackend.open(config, context);
  },
});

export default docker;
