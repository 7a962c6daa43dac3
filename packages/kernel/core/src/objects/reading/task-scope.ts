import type { TaskScope } from '@lithops/worker';
import type { Storage } from '../../storage/storage.ts';

/** The task that this code runs in, found without the rest of core; undefined outside of tasks. */
function taskScope(): TaskScope | undefined {
  return (globalThis as { [key: symbol]: TaskScope | undefined })[Symbol.for('lithops.task')]; // put there by the worker
}

/** Aborted when the running task is to stop. */
export function taskSignal(): AbortSignal | undefined {
  return taskScope()?.current()?.signal;
}

/** A storage that the running job reads from. @throws TypeError outside of tasks, and for any other storage. */
export function taskStorage(backend: string): Storage {
  const scope = taskScope();
  if (scope?.current() === undefined)
    throw new TypeError(
      `objects of storage ${backend} are read inside of tasks: call the partition's methods in the function given to map`,
    );
  return scope.storage(backend) as Storage; // made by this package's task-storage entry
}
