/** What has become of a job: `interrupted` when its program ended first, `unknown` when it runs on another machine. */
export type JobStatus = 'running' | 'done' | 'failed' | 'interrupted' | 'unknown';

/** A job in the list. Times are ms since the epoch. */
export interface JobSummary {
  /** `<executorId>/<jobId>` */
  readonly id: string;
  readonly executorId: string;
  readonly jobId: string;
  readonly functionName: string;
  readonly status: JobStatus;
  readonly submittedAt: number;
  /** Of its last news; of the end when it is over. */
  readonly changedAt: number;
  readonly total: number;
  readonly ended: number;
  readonly failed: number;
  /** In the currency of the backend's prices; 0 where nobody knows. */
  readonly cost: number;
  readonly backend: string;
  /** File name of the program. */
  readonly script: string;
}

/** Sent first all there is, then what has changed. */
export interface OverviewChange {
  readonly first: boolean;
  /** Changed or new ones. */
  readonly jobs: readonly JobSummary[];
  /** Ids of those that are no longer there. */
  readonly gone: readonly string[];
  /** Older jobs that are in journals, and not in the list. */
  readonly unlisted: number;
  /** The server's clock. */
  readonly now: number;
}

/** What the page of a job shows of all its calls together. */
export interface JobDetail {
  readonly summary: JobSummary;
  /** Rises with each change of what follows, or of its calls. */
  readonly version: number;
  readonly counts: Readonly<Record<CallStateName, number>>;
  /** Calls that have a row. */
  readonly rows: number;
  /** Successful calls of a very large job, which the journal keeps no rows of. */
  readonly withoutRow: number;
  readonly workers: number;
  readonly retries: number;
  /** Median, and the value that 95 of 100 calls are below; ms in the user's function. */
  readonly duration?: { readonly median: number; readonly p95: number };
  readonly cpuTime: number;
  readonly peakMemoryBytes: number;
  readonly coldStarts: number;
  readonly executor: ExecutorView;
}

export interface ExecutorView {
  readonly executorId: string;
  readonly mode?: string;
  readonly backend: string;
  readonly storage: string;
  readonly node: string;
  readonly script?: string;
  readonly pid: number;
  readonly host: string;
}

/** States of calls as the page tells them; `waiting` has not begun, `lost` had not ended when the program did. */
export const CALL_STATES = ['waiting', 'running', 'success', 'error', 'cancelled', 'lost'] as const;
export type CallStateName = (typeof CALL_STATES)[number];
