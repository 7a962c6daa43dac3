import type { AttemptRecord } from './attempt-record.ts';
import type { Call, CallState } from './call.ts';

const OUTCOMES: Readonly<Record<Exclude<CallState, 'new'>, AttemptRecord['outcome']>> = {
  invoked: 'running',
  running: 'running',
  success: 'success',
  error: 'failed',
  cancelled: 'cancelled',
};

/** Every attempt at a call so far, the oldest first. */
export function attemptHistory({ earlier, state, invokedAt, doneAt, worker, error }: Call): readonly AttemptRecord[] {
  // A call that waits is not being attempted, and one that never left the client was not.
  if (state === 'new' || invokedAt === undefined) return earlier;
  const last: AttemptRecord = {
    invokedAt,
    outcome: OUTCOMES[state],
    ...(doneAt !== undefined && { endedAt: doneAt }),
    ...(worker !== undefined && { worker }),
    ...(error !== undefined && { error }),
  };
  return [...earlier, last];
}
