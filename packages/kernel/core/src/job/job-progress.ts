import { epochMs } from '../epoch-ms.ts';
import type { Call } from '../future/call.ts';
import type { ObservedJob } from '../observation/job-observer.ts';

/** What a job costs. */
export interface JobCost {
  readonly amount: number;
  /** `USD` */
  readonly currency: string;
}

/** How far a job has come, in a few numbers: kept when the job, its function and its captures are long forgotten. */
export class JobProgress implements ObservedJob {
  readonly executorId: string;
  readonly jobId: string;
  readonly functionName: string;
  /** ms since the epoch. */
  readonly submittedAt: number = epochMs();
  /** Whether its results are read as a stream. */
  streamed = false;
  /** Calls so far. */
  calls = 0;
  /** Calls that have ended. */
  ended = 0;
  /** Calls that failed or were cancelled. */
  failed = 0;
  /** Times that calls were sent to a worker, alone or together. */
  invocations = 0;
  /** When its newest call ended; 0 while none has. */
  finishedAt = 0;
  /** Typical time of a call in the user's function, ms. */
  typicalDuration: number | undefined;
  /** What its invocations that have ended cost; 0 where nobody knows. */
  cost = 0;

  constructor({ executorId, jobId }: { readonly executorId: string; readonly jobId: string }, functionName: string) {
    this.executorId = executorId;
    this.jobId = jobId;
    this.functionName = functionName;
  }

  settled(call: Call): void {
    this.ended++;
    if (call.state !== 'success') this.failed++;
    this.finishedAt = call.doneAt ?? epochMs();
  }
}
