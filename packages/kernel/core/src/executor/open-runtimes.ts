import { ConfigError } from '../errors/config-error.ts';
import type { RuntimeCatalog } from '../plugin/runtime.ts';
import type { ExecutorOptions } from './executor-options.ts';
import { openBackend } from './open-backend.ts';

/** The runtimes of a backend, without an executor. */
export interface OpenRuntimes extends AsyncDisposable {
  /** Name of the backend. */
  readonly backend: string;
  readonly catalog: RuntimeCatalog;
}

/** Opens the runtimes of the configured backend. @throws ConfigError when it has none to manage; PluginNotFoundError */
export async function openRuntimes(options: ExecutorOptions): Promise<OpenRuntimes> {
  const opened = await openBackend(options);
  const { name, backend } = opened;
  const { runtimes } = backend;
  if (runtimes !== undefined)
    return { backend: name, catalog: runtimes, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
  await opened[Symbol.asyncDispose]();
  throw new ConfigError(`backend '${name}' has no runtimes to manage`, {
    hint: "images of this machine are those of '-b docker'",
  });
}
