import type { JobStore } from '@lithops/worker';
import type { ResolvedConfig } from '../config/load-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import { Storage } from './storage.ts';
import { StorageConnection } from './storage-connection.ts';
import { StorageJobStore } from './storage-job-store.ts';
import type { StorageRetryPolicy } from './storage-retry.ts';
import type { ObjectOwner } from './temporary-keys.ts';

export { provideClosure } from '../job/load-closure.ts';
export { registry } from '../registry/registry.ts';

/** What a task needs to know of its executor's storage, and nothing else of the configuration. */
export interface TaskStorageConfig {
  readonly name: string;
  readonly section: Readonly<Record<string, unknown>>;
  readonly plugins: readonly string[];
  readonly from: readonly string[];
  readonly retry: StorageRetryPolicy;
  /** What in the section is code of the client's process, by its path; without it no task can open the storage. */
  readonly unshippable?: string;
}

/** The task that asks. */
export interface StorageTask {
  readonly executorId: string;
  readonly jobId: string;
  readonly callId: string;
}

/** One for all tasks that a worker runs with the same configuration: what they open stays open until it ends. */
const connections = new Map<string, StorageConnection>();

/** Opens the storage of a task from what came with its invocation; called by the worker when `context.storage` is first read. */
export function openStorage(config: TaskStorageConfig, task?: StorageTask): Storage {
  if (config.unshippable !== undefined) {
    throw new ConfigError(`tasks cannot use this storage: ${config.unshippable} is code, and stays in its process`, {
      hint: 'configure the storage with plain values, or by the environment of the workers',
    });
  }
  const resolved = resolvedConfig(config);
  return new Storage({
    resolved,
    ...(task !== undefined && { owner: ownerOf(task) }),
    connection: connectionFor(JSON.stringify(config), resolved),
  });
}

/** Opens the objects of jobs for a worker: its tasks' inputs and results that are too large to travel. */
export function openJobStore(config: TaskStorageConfig): JobStore {
  return new StorageJobStore(openStorage(config));
}

function ownerOf({ executorId, jobId, callId }: StorageTask): ObjectOwner {
  return { executorId, task: { jobId, callId } };
}

function connectionFor(identity: string, config: ResolvedConfig): StorageConnection {
  const known = connections.get(identity);
  if (known !== undefined) return known;
  const connection = new StorageConnection(config);
  connections.set(identity, connection);
  return connection;
}

function resolvedConfig({ name, section, plugins, from, retry }: TaskStorageConfig): ResolvedConfig {
  return {
    mode: undefined,
    backendName: 'localhost',
    backendSection: {},
    sectionOf: () => ({}),
    storageName: name,
    storageSection: section,
    storageRetry: retry,
    sections: new Map(),
    defaults: { timeoutMs: undefined, retries: 0 },
    logLevel: undefined,
    plugins,
    from,
    source: 'the configuration of the executor',
  };
}
