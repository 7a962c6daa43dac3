import type { TaskLog, TaskScope } from '@lithops/worker';
import type { Storage } from '../storage/storage.ts';

/** What a running task knows of itself. */
export interface TaskContext {
  /** The call's number within its job, from 0. */
  readonly id: number;
  /** The same as five digits, `00042`. */
  readonly callId: string;
  readonly jobId: string;
  readonly executorId: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** The executor's storage. Throws a TypeError where the executor has none. */
  readonly storage: Storage;
  /** Aborted when the task is to stop. */
  readonly signal: AbortSignal;
  /** Leveled lines among the call's logs. */
  readonly log: TaskLog;
}

/**
 * The context of the task that this code runs in.
 * @throws TypeError outside a task.
 */
export function taskContext(): TaskContext {
  const context = currentTask();
  if (context === undefined) {
    throw new TypeError('taskContext() is for code that runs inside a task: in a function given to map or callAsync');
  }
  return context;
}

/** The same, or undefined outside a task. */
export function currentTask(): TaskContext | undefined {
  return taskScope()?.current() as TaskContext | undefined; // its storage was made by this package's task-storage entry
}

function taskScope(): TaskScope | undefined {
  return (globalThis as { [key: symbol]: TaskScope | undefined })[Symbol.for('lithops.task')]; // put there by the worker
}
