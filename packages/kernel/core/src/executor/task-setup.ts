import { createRequire } from 'node:module';
import type { TaskSetup } from '@lithops/worker';
import type { ConfigSource } from '../config/config-source.ts';
import { type ResolvedConfig, withStorage } from '../config/load-config.ts';
import { STORAGE_BACKENDS } from '../registry/package-names.ts';
import type { TaskStorageConfig } from '../storage/task-storage.ts';

let storageEntry: string | undefined;

/** What tasks of an executor may reach: its storage, and a configuration for executors of their own, without credentials. */
export function taskSetup(config: ResolvedConfig): TaskSetup {
  // By name, so that it is found from the sources and from the built package alike.
  storageEntry ??= createRequire(import.meta.url).resolve('@lithops/core/task-storage');
  return {
    storageEntry,
    storageConfig: taskStorageConfig(config),
    executorConfig: inheritable(config),
  };
}

/** The same for a job that reads objects from these storages. */
export function withObjectStorages(setup: TaskSetup, config: ResolvedConfig, names: readonly string[]): TaskSetup {
  if (names.length === 0) return setup;
  const storages = names.map((name) => [name, taskStorageConfig(withStorage(config, name))] as const);
  return { ...setup, storages: Object.fromEntries(storages) };
}

/** Whether tasks find the storage by its name: not one that was given as a value, of a plugin that has no package of a known name. */
export function tasksReachStorage({ storageReference, storageSection, storageName }: ResolvedConfig): boolean {
  if (pathToCode(storageSection, storageName) !== undefined) return false;
  return storageReference === undefined || (STORAGE_BACKENDS as readonly string[]).includes(storageName);
}

/**
 * What an executor inside a task starts from: the same as the one that runs the task. Sections of compute backends may hold
 * credentials; of those only the name is told. That of the storage is with the task anyway.
 */
function inheritable(config: ResolvedConfig): ConfigSource {
  const { backendName, storageName, storageRetry, defaults, logLevel, plugins } = config;
  return {
    name: `the configuration of the executor that runs this task (${config.source})`,
    folder: config.from[0] ?? process.cwd(),
    content: {
      lithops: {
        backend: backendName,
        storage: storageName,
        retries: defaults.retries,
        storageRetries: storageRetry.retries,
        storageRetryTime: storageRetry.withinMs / 1000,
        ...(defaults.timeoutMs !== undefined && { executionTimeout: defaults.timeoutMs / 1000 }),
        ...(logLevel !== undefined && { logLevel }),
        ...(plugins.length > 0 && { plugins }),
      },
      ...(pathToCode(config.storageSection, storageName) === undefined && { [storageName]: config.storageSection }),
      ...(backendName === 'localhost' && {
        localhost: { ...(storageName === 'localhost' && config.storageSection), ...config.backendSection },
      }),
    },
  };
}

function taskStorageConfig(config: ResolvedConfig): TaskStorageConfig {
  const unshippable = pathToCode(config.storageSection, config.storageName);
  return {
    name: config.storageName,
    section: unshippable === undefined ? config.storageSection : {},
    ...(unshippable !== undefined && { unshippable }),
    plugins: config.plugins,
    from: config.from,
    retry: config.storageRetry,
  };
}

/** Where a section given in code holds what only its process can use: a function, or an object of some class. */
function pathToCode(value: unknown, path: string): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return path;
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return path;
  for (const [key, entry] of Object.entries(value)) {
    const found = pathToCode(entry, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
