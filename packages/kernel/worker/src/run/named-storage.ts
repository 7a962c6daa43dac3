import { createRequire } from 'node:module';
import type { TaskSetup } from '../invocation.ts';

/** Storages that jobs have read objects from, by what they are opened with: they stay open for the calls that follow. */
const opened = new Map<string, unknown>();

/** @throws TypeError when the job does not read from a storage of that name. */
export function openNamedStorage(setup: TaskSetup | undefined, name: string): unknown {
  const config = setup?.storages?.[name];
  if (setup?.storageEntry === undefined || config === undefined)
    throw new TypeError(`this task cannot read from storage ${name}: its job was not made over objects there`);
  const key = JSON.stringify([setup.storageEntry, config]);
  let storage = opened.get(key);
  if (storage === undefined) {
    // Synchronous, as it is for the task's own storage.
    const entry: { openStorage(config: unknown): unknown } = createRequire(import.meta.url)(setup.storageEntry);
    storage = entry.openStorage(config);
    opened.set(key, storage);
  }
  return storage;
}
