import type { JobProgress } from '../job/job-progress.ts';

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
  /** What the invocations that have ended cost, by the backend's prices; absent where nobody knows. */
  readonly cost?: { readonly amount: number; readonly currency: string };
}

export function summarize(progress: JobProgress): JobSummary {
  const { jobId, functionName, calls, ended, failed, invocations, submittedAt, finishedAt } = progress;
  const { typicalDuration, cost, currency } = progress;
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
    ...(cost !== undefined && { cost: { amount: cost, currency } }),
  };
}
