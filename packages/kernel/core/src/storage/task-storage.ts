import type { JobStore } from '@lithops/worker';
import type { ResolvedConfig } from '../config/load-config.ts';
import { Storage } from './storage.ts';
import { StorageJobStore } from './storage-job-store.ts';

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

/** Opens the objects of jobs for a worker: its tasks' inputs and results that are too large to travel. */
export function openJobStore(config: TaskStorageConfig): JobStore {
  return new StorageJobStore(openStorage(config));
}

/** What a task needs to know of its executor's storage, and nothing else of the configuration. */
export interface TaskStorageConfig {
  readonly name: string;
  readonly section: Readonly<Record<string, unknown>>;
  readonly from: readonly string[];
}
