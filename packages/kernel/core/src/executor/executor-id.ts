import { currentTask } from './task-context.ts';

// No secret: it keeps apart the jobs of all clients that ever share a storage. 'node:crypto' takes long to load.
const session = Math.floor(Math.random() * 2 ** 48)
  .toString(16)
  .padStart(12, '0');
let executors = 0;

/** `<session>-<n>`; inside a task the session is the task's own `<jobKey>-<callId>`, so that a nested executor tells where it comes from. */
export function createExecutorId(): string {
  const task = currentTask();
  const prefix = task === undefined ? session : `${task.executorId}-${task.jobId}-${task.callId}`;
  return `${prefix}-${executors++}`;
}
