import { createRequire } from 'node:module';
import type { TaskSetup } from '../invocation.ts';
import type { StoredValue } from '../values/index.ts';
import { evaluateModule } from './evaluate-module.ts';
import type { WorkerNotices } from './worker-notices.ts';

/** The objects of jobs in storage. Made by core; a worker opens it through its {@link TaskSetup}. */
export interface JobStore {
  /**
   * Writes an object whole; with `durable` it outlives a crash of the machine from then on.
   * @returns false when `ifAbsent` is set and there is one already.
   */
  put(
    key: string,
    body: Uint8Array,
    options?: { readonly ifAbsent?: boolean; readonly durable?: boolean },
  ): Promise<boolean>;
  /** Undefined when there is no such object. */
  find(key: string): Promise<Uint8Array | undefined>;
  /** The bytes of a stored value. Rejects when they are not there. */
  read(stored: StoredValue): Promise<Uint8Array>;
}

/** The task that asks for its storage: what it makes there is known as its own. */
export interface AskingTask {
  readonly executorId: string;
  readonly jobId: string;
  readonly callId: string;
}

interface StorageEntry {
  openStorage(config: unknown, task?: AskingTask): unknown;
  openJobStore(config: unknown): JobStore;
  openNotices(storage: unknown, notices: unknown): WorkerNotices;
}

const stores = new WeakMap<TaskSetup, JobStore>();

/** @throws TypeError when the tasks' executor has none. */
export function openTaskStorage(setup: TaskSetup | undefined, task: AskingTask): unknown {
  return entryOf(setup).openStorage(setup?.storageConfig, task);
}

/** A storage that a job reads objects from. @throws TypeError for any other. */
export function openObjectStorage(setup: TaskSetup | undefined, name: string): unknown {
  const config = setup?.storages?.[name];
  if (config === undefined)
    throw new TypeError(`this task cannot read from storage ${name}: its job was not made over objects there`);
  return entryOf(setup).openStorage(config);
}

/** Opened once for a setup. @throws TypeError when the tasks' executor has no storage. */
export function jobStoreOf(setup: TaskSetup | undefined): JobStore {
  const open = setup === undefined ? undefined : stores.get(setup);
  if (open !== undefined) return open;
  const store = entryOf(setup).openJobStore(setup?.storageConfig);
  if (setup !== undefined) stores.set(setup, store);
  return store;
}

/** @throws TypeError when the tasks' executor has no storage. */
export function openNotices(setup: TaskSetup, notices: unknown): WorkerNotices {
  return entryOf(setup).openNotices(setup.storageConfig, notices);
}

/** Has the plugins that were sent along registered, before an executor inside a task looks for them. */
export function provideSentCode(setup: TaskSetup | undefined): void {
  if (setup?.storageCode !== undefined || setup?.storageFile !== undefined) entryOf(setup);
}

const evaluated = new WeakMap<TaskSetup, StorageEntry>();

function entryOf(setup: TaskSetup | undefined): StorageEntry {
  if (setup?.storageCode !== undefined) {
    const entry = evaluated.get(setup) ?? (evaluateModule(setup.storageCode) as StorageEntry); // what core bundled
    evaluated.set(setup, entry);
    return entry;
  }
  const file = setup?.storageEntry ?? setup?.storageFile;
  if (file === undefined) throw new TypeError('this task has no storage: its executor was made without one');
  // Synchronous, so that `context.storage` needs no await; Node loads ES modules this way since 22.12.
  return createRequire(import.meta.url)(file) as StorageEntry; // what core exports there
}
