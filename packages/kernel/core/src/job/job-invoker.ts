import type { Call } from '../future/call.ts';
import type { Job } from './job.ts';

/** Where a job's calls are worked on. */
export interface JobInvoker {
  submit(job: Job): void;
  cancel(calls: readonly Call[], reason: unknown): void;
  /** What is going on with the job's calls. */
  activity(job: Job): { readonly running: number; readonly workers: number };
}
