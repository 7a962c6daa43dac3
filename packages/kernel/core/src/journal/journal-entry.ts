import { textOf } from '../errors/text-of.ts';
import type { CallState } from '../future/call.ts';
import type { CallStats } from '../future/call-stats.ts';
import type { ProcessIdentity } from '../job/process-identity.ts';

/** Of the form of journals; a reader skips files of another one. */
export const JOURNAL_VERSION = 2;

/** A line of a journal. Times are ms since the epoch by the client's clock. */
export type JournalEntry =
  | ExecutorEntry
  | JobEntry
  | JobProgressEntry
  | CallStartedEntry
  | CallRetriedEntry
  | CallEndedEntry
  | CallLogEntry
  | ExecutorClosedEntry;

/** The first line: whose journal it is. */
export interface ExecutorEntry {
  readonly type: 'executor';
  readonly version: number;
  readonly at: number;
  readonly executorId: string;
  readonly process: ProcessIdentity;
  /** The program, as it was started. */
  readonly script?: string;
  readonly node: string;
  readonly mode?: string;
  readonly backend: string;
  readonly storage: string;
}

export interface JobEntry {
  readonly type: 'job';
  readonly at: number;
  readonly jobId: string;
  readonly functionName: string;
}

/** How far a job has come: of so many calls. `over` once all have ended and no more will come. */
export interface JobProgressEntry {
  readonly type: 'progress';
  readonly at: number;
  readonly jobId: string;
  readonly calls: number;
  readonly ended: number;
  readonly failed: number;
  readonly cost: number;
  readonly over: boolean;
  /** When its newest call ended; 0 while none has. */
  readonly finishedAt: number;
}

/** A worker has begun with a call. */
export interface CallStartedEntry {
  readonly type: 'started';
  readonly at: number;
  readonly jobId: string;
  readonly call: number;
  readonly worker?: string;
}

/** An attempt failed, and the call is tried again. */
export interface CallRetriedEntry {
  readonly type: 'retried';
  readonly at: number;
  readonly jobId: string;
  readonly call: number;
  readonly attempt: number;
  readonly error: JournalError;
}

export interface CallEndedEntry {
  readonly type: 'ended';
  readonly jobId: string;
  readonly call: number;
  readonly state: CallState;
  readonly stats: CallStats;
  readonly error?: JournalError;
}

/** A piece of what a task printed; an empty one at the end of what a journal keeps. */
export interface CallLogEntry {
  readonly type: 'log';
  readonly at: number;
  readonly jobId: string;
  readonly call: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** The executor was closed by its program. */
export interface ExecutorClosedEntry {
  readonly type: 'closed';
  readonly at: number;
}

/** What an error was, without the values that it carried. */
export interface JournalError {
  readonly name: string;
  readonly message: string;
  /** With the user's own lines. */
  readonly stack?: string;
}

/** What a journal keeps of what was thrown. */
export function toJournalError(thrown: unknown): JournalError {
  if (!(thrown instanceof Error)) return { name: typeof thrown, message: textOf(thrown).slice(0, 4096) };
  const { name, message, stack } = thrown;
  return {
    name: textOf(name),
    message: textOf(message).slice(0, 16_384),
    ...(typeof stack === 'string' && { stack: stack.slice(0, 16_384) }),
  };
}
