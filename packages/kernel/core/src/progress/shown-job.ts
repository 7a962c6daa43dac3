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
}
