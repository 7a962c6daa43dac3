import type { TaskLogEntry } from '../executor/executor-options.ts';
import type { AttemptRecord } from '../future/attempt-record.ts';
import type { CallState } from '../future/call.ts';
import type { CallMeasurements, CallStats } from '../future/call-stats.ts';

/** A job, as its executor knows it at the moment of reading. Times are ms since the epoch. */
export interface ObservedJob {
  readonly executorId: string;
  /** `M000` */
  readonly jobId: string;
  readonly functionName: string;
  readonly submittedAt: number;
  /** Whether its results are read as a stream, which may have no end. */
  readonly streamed: boolean;
  /** Calls so far. */
  readonly calls: number;
  /** Calls that have ended, however they ended. */
  readonly ended: number;
  /** Calls that failed or were cancelled. */
  readonly failed: number;
  /** When its newest call ended; 0 while none has. */
  readonly finishedAt: number;
  /** What its invocations that have ended cost, in the currency of the backend's prices; 0 where nobody knows. */
  readonly cost: number;
}

/** A call, as its executor knows it at the moment of reading; one measurement is read for much less than all of its `stats`. */
export interface ObservedCall extends CallMeasurements {
  /** Number within the job, from 0. */
  readonly index: number;
  readonly callId: string;
  readonly state: CallState;
  /** Made anew at each reading. */
  readonly stats: CallStats;
  /** Every attempt so far, the oldest first; made anew at each reading. */
  readonly history: readonly AttemptRecord[];
  /** Why it failed; undefined unless state is `error` or `cancelled`. */
  readonly error: unknown;
}

/**
 * Told what becomes of an executor's jobs, as it happens and in its order. It is called in the middle of the work, up to
 * hundreds of thousands of times a second: it returns at once. Where it throws, it is told nothing more, and a warning says so.
 */
export interface JobObserver {
  /** A job was made; its calls are added now, or as its source gives them. */
  jobStarted?(job: ObservedJob): void;
  /** Environment variables that the job's tasks are to see, besides those of the user's, which win. Asked once, after {@link jobStarted}. */
  taskEnvironment?(job: ObservedJob): Readonly<Record<string, string>>;
  /** A worker has begun with the call. Calls that are over in no time end without having been told of here. */
  callStarted?(job: ObservedJob, call: ObservedCall): void;
  /** A piece of what a task printed. */
  callLogged?(job: ObservedJob, entry: TaskLogEntry): void;
  /** An attempt failed, and the call is tried again. */
  callRetried?(job: ObservedJob, call: ObservedCall, error: unknown): void;
  callEnded?(job: ObservedJob, call: ObservedCall): void;
  /** All its calls have ended, and no source is left that gives more. */
  jobEnded?(job: ObservedJob): void;
  /** The executor is closed. It waits for this. */
  closed?(): void | Promise<void>;
}
