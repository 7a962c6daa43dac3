import type { JobCost, JobProgress } from '../job/job-progress.ts';

/** What a job took. Times in ms since the epoch. */
export interface JobSummary {
  readonly jobId: string;
  readonly functionName: string;
  readonly calls: number;
  /** Calls that are not done. */
  readonly open: number;
  /** Calls that failed or were cancelled. */
  readonly failed: number;
  /** Times that calls were sent to a worker, alone or together. */
  readonly invocations: number;
  readonly submittedAt: number;
  /** When its newest call ended; absent while none has. */
  readonly finishedAt?: number;
  /** Typical time of a call in the user's function, ms. */
  readonly typicalDuration?: number;
  /** What it has cost so far, by the backend's prices: at the least, while invocations are under way. Absent where nobody knows. */
  readonly cost?: JobCost;
}

/** @param open what its invocations under way cost; undefined where nobody knows */
export function summarize(progress: JobProgress, open: JobCost | undefined): JobSummary {
  const { jobId, functionName, calls, ended, failed, invocations, submittedAt, finishedAt } = progress;
  const { typicalDuration, cost } = progress;
  return {
    jobId,
    functionName,
    calls,
    open: calls - ended,
    failed,
    invocations,
    submittedAt,
    ...(finishedAt > 0 && { finishedAt }),
    ...(typicalDuration !== undefined && { typicalDuration }),
    ...(open !== undefined && { cost: { ...open, amount: cost + open.amount } }),
  };
}
