import type { ResolvedConfig } from '../config/load-config.ts';
import { StorageConnection } from './storage-connection.ts';
import type { StorageRetryPolicy } from './storage-retry.ts';

/** What a task needs to know of its executor's storage, and nothing else of the configuration. */
export interface TaskStorageConfig {
  readonly name: string;
  readonly section: Readonly<Record<string, unknown>>;
  readonly plugins: readonly string[];
  readonly from: readonly string[];
  readonly retry: StorageRetryPolicy;
  /** What in the section is code of the client's process, by its path; without it no task can open the storage. */
  readonly unshippable?: string;
  /** Folders of the client's machine that the storage is in, and that workers elsewhere cannot see. */
  readonly elsewhere?: readonly string[];
}

/** One for all tasks that a worker runs with the same configuration: what they open stays open until it ends. */
const connections = new Map<string, StorageConnection>();

export function taskConnection(config: TaskStorageConfig): StorageConnection {
  const identity = JSON.stringify(config);
  const known = connections.get(identity);
  if (known !== undefined) return known;
  const connection = new StorageConnection(taskResolvedConfig(config));
  connections.set(identity, connection);
  return connection;
}

export function taskResolvedConfig({ name, section, plugins, from, retry }: TaskStorageConfig): ResolvedConfig {
  return {
    mode: undefined,
    backendName: 'localhost',
    backendSection: {},
    sectionOf: () => ({}),
    storageName: name,
    storageSection: section,
    storageRetry: retry,
    sections: new Map(),
    defaults: { timeoutMs: undefined, retries: 0, priority: 0 },
    logLevel: undefined,
    journal: false,
    plugins,
    from,
    source: 'the configuration of the executor',
  };
}
