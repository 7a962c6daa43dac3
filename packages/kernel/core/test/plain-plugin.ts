import type { ComputeBackend, ComputeCapabilities, ComputePlugin } from '../src/plugin/index.ts';
import { defineComputePlugin } from '../src/plugin/index.ts';

const PLAIN: ComputeCapabilities = {
  delivery: 'response',
  maxWorkers: 1,
  concurrencyPerWorker: 1,
  maxPayloadBytes: Number.POSITIVE_INFINITY,
  maxResultBytes: Number.POSITIVE_INFINITY,
  maxTaskSeconds: Number.POSITIVE_INFINITY,
  recall: false,
  logs: false,
  exitCauses: false,
  sharesFileSystem: true,
};

/** A plugin that takes any configuration. @param special what is not as of one worker that does nothing special */
export function plainPlugin(
  name: string,
  invoke: ComputeBackend['invoke'],
  special: Partial<ComputeCapabilities> = {},
): ComputePlugin {
  return defineComputePlugin<unknown>({
    api: 1,
    name,
    mode: 'serverless',
    config: { '~standard': { version: 1, vendor: 'lithops', validate: () => ({ value: {} }) } },
    capabilities: () => ({ ...PLAIN, ...special }),
    create: () => ({ invoke, async [Symbol.asyncDispose]() {} }),
  });
}
