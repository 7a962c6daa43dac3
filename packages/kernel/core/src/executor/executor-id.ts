import { randomBytes } from 'node:crypto';
import { currentTask } from './task-context.ts';

const session = randomBytes(3).toString('hex');
let executors = 0;

/** `<session>-<n>`; inside a task the session is the task's own `<jobKey>-<callId>`, so that a nested executor tells where it comes from. */
export function createExecutorId(): string {
  const task = currentTask();
  const prefix = task === undefined ? session : `${task.executorId}-${task.jobId}-${task.callId}`;
  return `${prefix}-${executors++}`;
}
