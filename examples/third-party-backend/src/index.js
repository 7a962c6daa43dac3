import { availableParallelism } from 'node:os';
import { countField, defineComputePlugin, sectionSchema } from '@lithops/core/plugin';

const plugin = defineComputePlugin({
  api: 1,
  name: 'launcher',
  mode: 'localhost',
  // By this file executors inside tasks find the plugin, however the application has come by it.
  module: import.meta.url,
  config: sectionSchema({ command: commandField, maxWorkers: countField(1), runtimeMemory: countField(16) }),
  capabilities: ({ maxWorkers = availableParallelism() }) => ({
    delivery: 'stream',
    maxWorkers,
    concurrencyPerWorker: 1,
    maxPayloadBytes: Number.POSITIVE_INFINITY,
    maxResultBytes: Number.POSITIVE_INFINITY,
    maxTaskSeconds: Number.POSITIVE_INFINITY,
    recall: true,
    logs: true,
    exitCauses: true,
    sharesFileSystem: true,
  }),
  // There is no secret in it: executors inside tasks launch their workers in the same way.
  taskConfig: (config) => config,
  create: async (config) => new (await import('./launcher-backend.js')).LauncherBackend(config),
});

export default plugin;

export function launcher(config = {}) {
  return { plugin, config };
}

function commandField(value) {
  return Array.isArray(value) && value.every((word) => typeof word === 'string' && word !== '')
    ? undefined
    : "a program and its arguments are expected: ['nice', '-n', '10']";
}
