import { loadConfig } from '../config/load-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import type { RuntimeCatalog } from '../plugin/runtime.ts';
import { createExecutorId } from './executor-id.ts';
import type { ExecutorOptions } from './executor-options.ts';
import { openCompute } from './open-compute.ts';
import { createLogger } from './plugin-logger.ts';

/** The runtimes of a backend, without an executor. */
export interface OpenRuntimes extends AsyncDisposable {
  /** Name of the backend. */
  readonly backend: string;
  readonly catalog: RuntimeCatalog;
}

/** Opens the runtimes of the configured backend. @throws ConfigError when it has none to manage; PluginNotFoundError */
export async function openRuntimes(options: ExecutorOptions): Promise<OpenRuntimes> {
  const config = loadConfig(options);
  const executorId = createExecutorId();
  const closing = new AbortController();
  const logger = createLogger(config.logLevel, executorId);
  const { backend } = await openCompute(config, { executorId, logger, signal: closing.signal });
  const close = async () => {
    closing.abort();
    await backend[Symbol.asyncDispose]();
  };
  const { runtimes } = backend;
  if (runtimes !== undefined) return { backend: config.backendName, catalog: runtimes, [Symbol.asyncDispose]: close };
  await close();
  throw new ConfigError(`backend '${config.backendName}' has no runtimes to manage`, {
    hint: "images of this machine are those of '-b docker'",
  });
}
