import type { ObservedJob } from '../observation/job-observer.ts';

/** What is going on with a job's calls right now. */
export interface JobActivity {
  /** Calls that workers are at. */
  readonly running: number;
  /** Workers that have calls of it. */
  readonly workers: number;
  /** Whether more calls may be added. */
  readonly filling: boolean;
}

/** A job whose progress may be shown. */
export interface ShownJob {
  readonly progress: ObservedJob;
  /** Looked up at each call; not for every event. */
  activity(): JobActivity;
  /** Jobs whose results its calls take, until it is over. */
  readonly inputs: Iterable<ShownJob>;
}

/** Whether all its calls have ended, and no more will come. */
export function isOver(job: ShownJob): boolean {
  const { ended, calls } = job.progress;
  return ended === calls && !job.activity().filling;
}
