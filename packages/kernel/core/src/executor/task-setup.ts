import { createRequire } from 'node:module';
import type { TaskScope, TaskSetup } from '@lithops/worker';
import type { ConfigSource } from '../config/config-source.ts';
import { type ResolvedConfig, withStorage } from '../config/load-config.ts';
import { STORAGE_BACKENDS } from '../registry/package-names.ts';
import type { TaskStorageConfig } from '../storage/task-storage.ts';
import type { InheritedBackend } from './inherited-backend.ts';

let storageEntry: string | undefined;

/**
 * Whether the tasks of an executor find what it finds (`beside`), what their workers were deployed with, or only what is
 * sent to them.
 */
export type TaskPlace = 'beside' | 'deployed' | 'elsewhere';

/** What is known of where tasks run. */
export interface TaskSurroundings {
  readonly place: TaskPlace;
  readonly inherited: InheritedBackend | undefined;
  /** Folders that the storage is in, and that workers cannot see. */
  readonly unseen?: readonly string[] | undefined;
}

/** What tasks of an executor may reach: its storage, and a configuration for executors of their own, without credentials. */
export function taskSetup(config: ResolvedConfig, surroundings: TaskSurroundings): TaskSetup {
  const { place, unseen } = surroundings;
  return {
    ...(place === 'beside' && storageCode()),
    storageConfig: { ...taskStorageConfig(config, place), ...(unseen !== undefined && { elsewhere: unseen }) },
    executorConfig: inheritable(config, surroundings),
  };
}

/** How tasks in the same files find their storage: as this process does. */
function storageCode(): Pick<TaskSetup, 'storageCode' | 'storageEntry'> {
  // Inside a task that has it from its client there are no files, and its own tasks need the same.
  const scope = (globalThis as { [key: symbol]: TaskScope | undefined })[Symbol.for('lithops.task')];
  const sent = scope?.storageCode();
  if (sent !== undefined) return { storageCode: sent };
  // By name, so that it is found from the sources and from the built package alike.
  storageEntry ??= createRequire(import.meta.url).resolve('@lithops/core/task-storage');
  return { storageEntry };
}

/** The same for a job that reads objects from these storages. */
export function withObjectStorages(
  setup: TaskSetup,
  config: ResolvedConfig,
  place: TaskPlace,
  names: readonly string[],
): TaskSetup {
  if (names.length === 0) return setup;
  const storages = names.map((name) => [name, taskStorageConfig(withStorage(config, name), place)] as const);
  return { ...setup, storages: Object.fromEntries(storages) };
}

/** Whether tasks find the storage: not one that was given as a value, of a plugin that tells no module and has no package of a known name. */
export function tasksReachStorage({ storageReference, storageSection, storageName }: ResolvedConfig): boolean {
  if (pathToCode(storageSection, storageName) !== undefined) return false;
  const isValue = storageReference !== undefined && storageReference.plugin.module === undefined;
  return !isValue || (STORAGE_BACKENDS as readonly string[]).includes(storageName);
}

/** A backend, and what is told of its section. */
export interface BackendOfTasks {
  readonly name: string;
  /** By which its plugin is found. */
  readonly reference: string;
  readonly section: unknown;
}

/** Processes of the worker that runs the task. */
export const BESIDE_THE_TASK: BackendOfTasks = { name: 'localhost', reference: 'localhost', section: undefined };

/**
 * Where executors inside tasks run theirs: where the task itself runs. A task that has nothing of the client's files is
 * given the plugin too, if that says what tasks may see of its section; otherwise, and in an image in localhost mode, or in a
 * deployed worker, theirs run in processes beside it.
 */
export function backendOfTasks(
  { backendName, backendReference, mode }: ResolvedConfig,
  { place, inherited }: TaskSurroundings,
): BackendOfTasks {
  const { section } = inherited ?? {};
  if (place === 'beside') {
    const name = backendReference?.plugin.module ?? backendName;
    return { name, reference: name, section };
  }
  const isSent = place === 'elsewhere' && mode !== 'localhost';
  return isSent && inherited !== undefined ? inherited : BESIDE_THE_TASK;
}

/**
 * What an executor inside a task starts from: the same as the one that runs the task. Sections of compute backends may hold
 * credentials; of those only that is told which their plugins allow. That of the storage is with the task anyway.
 */
function inheritable(config: ResolvedConfig, surroundings: TaskSurroundings): ConfigSource {
  const { storageRetry, defaults, logLevel, plugins } = config;
  const storageName = storageNameOfTasks(config, surroundings.place);
  const { name: backend, section } = backendOfTasks(config, surroundings);
  const storageSection = sectionForTasks(config);
  return {
    name: `the configuration of the executor that runs this task (${config.source})`,
    folder: surroundings.place === 'beside' ? (config.from[0] ?? process.cwd()) : '.',
    content: {
      lithops: {
        backend,
        storage: storageName,
        retries: defaults.retries,
        ...(defaults.priority !== 0 && { priority: defaults.priority }),
        storageRetries: storageRetry.retries,
        storageRetryTime: storageRetry.withinMs / 1000,
        ...(defaults.timeoutMs !== undefined && { executionTimeout: defaults.timeoutMs / 1000 }),
        ...(logLevel !== undefined && { logLevel }),
        ...(plugins.length > 0 && { plugins }),
      },
      ...(pathToCode(storageSection, storageName) === undefined && { [storageName]: storageSection }),
      ...(typeof section === 'object' && {
        [backend]: { ...(backend === storageName && storageSection), ...section },
      }),
    },
  };
}

/** The localhost storage shares its section with containers, whose keys are nothing for tasks: passwords are among them. */
function sectionForTasks({ storageName, storageSection }: ResolvedConfig): Readonly<Record<string, unknown>> {
  if (storageName !== 'localhost') return storageSection;
  const own = Object.entries(storageSection).filter(([key]) => key.startsWith('storage'));
  return Object.fromEntries(own);
}

/** By which tasks find the storage. What is sent along is registered there by the plugin's own name. */
function storageNameOfTasks({ storageName, storageReference }: ResolvedConfig, place: TaskPlace): string {
  return (place === 'beside' ? storageReference?.plugin.module : undefined) ?? storageName;
}

function taskStorageConfig(config: ResolvedConfig, place: TaskPlace): TaskStorageConfig {
  const section = sectionForTasks(config);
  const unshippable = pathToCode(section, config.storageName);
  return {
    name: storageNameOfTasks(config, place),
    section: unshippable === undefined ? section : {},
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
