import type { ResolvedConfig } from '../config/load-config.ts';
import { validateSection } from '../config/validate-section.ts';
import { StorageError } from '../errors/storage-error.ts';
import { createLogger } from '../executor/plugin-logger.ts';
import type { StorageBackend } from '../plugin/storage-plugin.ts';
import { storagePluginOf } from './storage-folders.ts';

/** A storage at work. */
export interface OpenStorage {
  readonly backend: StorageBackend;
  /** Where jobs and CloudObjects go. */
  readonly bucket: string;
}

/** A storage that is opened when it is first used, and again when that failed. */
export class StorageConnection {
  readonly #config: ResolvedConfig;
  readonly #closing = new AbortController();
  #open: Promise<OpenStorage> | undefined;

  constructor(config: ResolvedConfig) {
    this.#config = config;
  }

  /** @throws PluginNotFoundError, ConfigError; StorageError when it was closed. */
  open(): Promise<OpenStorage> {
    if (this.#closing.signal.aborted) return Promise.reject(closedError());
    if (this.#open === undefined) {
      const opening = openStorage(this.#config, this.#closing.signal);
      this.#open = opening;
      opening.catch(() => {
        if (this.#open === opening) this.#open = undefined;
      });
    }
    return this.#open;
  }

  async close(): Promise<void> {
    this.#closing.abort(closedError());
    const open = await this.#open?.catch(() => undefined); // told by the calls that needed it
    await open?.backend[Symbol.asyncDispose]();
  }
}

function closedError(): StorageError {
  return new StorageError('this storage was closed', { hint: 'make a new one, or close it later' });
}

async function openStorage(config: ResolvedConfig, signal: AbortSignal): Promise<OpenStorage> {
  const plugin = await storagePluginOf(config);
  const section = await validateSection(plugin.config, config.storageSection, config, plugin.name);
  const backend = await plugin.create(section, {
    executorId: 'storage',
    signal,
    logger: createLogger(config.logLevel, 'storage'),
  });
  try {
    return { backend, bucket: await plugin.defaultBucket(section) };
  } catch (error) {
    await backend[Symbol.asyncDispose]();
    throw error;
  }
}
