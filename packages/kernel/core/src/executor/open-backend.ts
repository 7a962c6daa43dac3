import { loadConfig } from '../config/load-config.ts';
import type { ComputeBackend } from '../plugin/compute-plugin.ts';
import { createExecutorId } from './executor-id.ts';
import type { ExecutorOptions } from './executor-options.ts';
import { openCompute } from './open-compute.ts';
import { createLogger } from './plugin-logger.ts';

/** A backend without an executor. */
export interface OpenBackend extends AsyncDisposable {
  readonly name: string;
  readonly backend: ComputeBackend;
}

/** Opens the configured backend, to manage what it has. @throws ConfigError, PluginNotFoundError */
export async function openBackend(options: ExecutorOptions): Promise<OpenBackend> {
  const config = loadConfig(options);
  const executorId = createExecutorId();
  const closing = new AbortController();
  const logger = createLogger(config.logLevel, executorId);
  const { backend } = await openCompute(config, { executorId, logger, signal: closing.signal });
  return {
    name: config.backendName,
    backend,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await backend[Symbol.asyncDispose]();
    },
  };
}
