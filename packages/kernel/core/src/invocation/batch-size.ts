import type { Job } from '../job/job.ts';

/** Work in one invocation of tiny calls, in ms: long beside a round trip, short beside what people notice. */
const TARGET_MS = 4;
/** What a call costs besides the user's function, in ms: on both sides together, before the engine has optimised them. */
const OVERHEAD_MS = 0.005;
const MAX_CALLS = 4096;

/**
 * How many calls of a job go to one worker together.
 * Until a call has ended nothing is known, and each travels alone; then as many as fill a few milliseconds, and never more
 * than its share where so many workers share what is left.
 * @param parallelCalls so many of an invocation run at once
 */
export function batchSize(job: Job, sharers: number, parallelCalls: number = 1): number {
  if (job.options.chunksize !== undefined) return job.options.chunksize;
  const fairShare = Math.ceil(job.ready.length / Math.max(1, sharers));
  if (job.typicalDuration === undefined) return Math.max(1, Math.min(parallelCalls, fairShare));
  const filling = parallelCalls * Math.max(1, Math.floor(TARGET_MS / (job.typicalDuration + OVERHEAD_MS)));
  return Math.max(1, Math.min(filling, fairShare, MAX_CALLS));
}
