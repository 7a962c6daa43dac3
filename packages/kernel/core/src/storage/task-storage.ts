import type { ResolvedConfig } from '../config/load-config.ts';
import { Storage } from './storage.ts';

/** Opens the storage of a task from what came with its invocation; called by the worker when `context.storage` is first read. */
export function openStorage(config: TaskStorageConfig): Storage {
  const { name, section, from } = config;
  const resolved: ResolvedConfig = {
    mode: undefined,
    backendName: 'localhost',
    backendSection: {},
    storageName: name,
    storageSection: section,
    defaults: { timeoutMs: undefined, retries: 0 },
    logLevel: undefined,
    plugins: [],
    from,
    source: 'the configuration of the executor',
  };
  return new Storage({ resolved });
}

/** What a task needs to know of its executor's storage, and nothing else of the configuration. */
export interface TaskStorageConfig {
  readonly name: string;
  readonly section: Readonly<Record<string, unknown>>;
  readonly from: readonly string[];
}
