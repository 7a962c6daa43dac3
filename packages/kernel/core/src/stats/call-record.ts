import type { AttemptRecord } from '../future/attempt-record.ts';
import type { Call, CallState } from '../future/call.ts';
import type { CallStats } from '../future/call-stats.ts';

/** An attempt that did not end its call. */
export interface EarlierAttempt extends Omit<AttemptRecord, 'error'> {
  /** Name of what it failed with. */
  readonly error?: string;
}

/** All that is known of how a call went, without its values. */
export interface CallRecord extends CallStats {
  readonly executorId: string;
  readonly jobId: string;
  readonly callId: string;
  readonly functionName: string;
  readonly state: CallState;
  /** Name of what it failed with: `RangeError`, or the code of an error of Lithops. */
  readonly error?: string;
  /** Attempts that did not end it, the oldest first; absent for almost every call. */
  readonly earlier?: readonly EarlierAttempt[];
}

/** What is known of a call now. */
export function recordOf(call: Call): CallRecord {
  const { owner, callId, state, stats, error } = call;
  const { executorId, jobId, functionName } = owner;
  const earlier = earlierAttempts(call);
  return {
    executorId,
    jobId,
    callId,
    functionName,
    state,
    ...stats,
    ...(error !== undefined && { error: errorName(error) }),
    ...(earlier.length > 0 && { earlier }),
  };
}

/** The attempts that did not end a call. Not the errors themselves: they may hold anything. */
export function earlierAttempts(call: Call): readonly EarlierAttempt[] {
  return call.earlier.map(({ error, ...attempt }) => ({
    ...attempt,
    ...(error !== undefined && { error: errorName(error) }),
  }));
}

/** A short name of what was thrown, whatever it is. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  try {
    const { code, name } = error as Error & { readonly code?: unknown }; // looked at below
    if (typeof code === 'string') return code.slice(0, 100);
    return typeof name === 'string' ? name.slice(0, 100) : 'Error';
  } catch {
    return 'Error'; // a getter of the user's
  }
}
