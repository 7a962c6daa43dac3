/** What is looked at of a job. */
export interface SharedJob {
  /** Of a call in the user's function, in ms; undefined while no call of it has ended. */
  readonly typicalDuration: number | undefined;
  /** Encoded size of a result; undefined while none has come. */
  readonly typicalResultBytes: number | undefined;
  readonly options: { readonly chunksize?: number };
  /** Calls that wait for a worker. */
  readonly ready: { readonly length: number };
}

/** Work in one invocation of tiny calls, in ms: long beside a round trip, short beside what people notice. */
const TARGET_MS = 4;
/** Less work than this is not shared out, in ms: to wake one more worker takes as long. */
const LEAST_MS = 1;
/** What a call costs besides the user's function, in ms: on both sides together, before the engine has optimised them. */
const OVERHEAD_MS = 0.005;
const MAX_CALLS = 4096;
/** Results of an invocation: who asks for more at once has to hold them. */
const MAX_RESULT_BYTES = 8 * 1024 * 1024;

/**
 * How many calls of a job go to one worker together.
 * Until a call has ended nothing is known, and each travels alone; then as many as fill a few milliseconds, and never more
 * than its share where so many workers share what is left, unless that is next to nothing. Large results come a few at a time.
 * @param parallelCalls so many of an invocation run at once
 */
export function batchSize(job: SharedJob, sharers: number, parallelCalls: number = 1): number {
  if (job.options.chunksize !== undefined) return job.options.chunksize;
  const fairShare = Math.ceil(job.ready.length / Math.max(1, sharers));
  if (job.typicalDuration === undefined) return Math.max(1, Math.min(parallelCalls, fairShare));
  const callMs = job.typicalDuration + OVERHEAD_MS;
  const filling = parallelCalls * Math.max(1, Math.floor(TARGET_MS / callMs));
  const share = Math.max(fairShare, Math.floor(LEAST_MS / callMs));
  const bearable = Math.floor(MAX_RESULT_BYTES / Math.max(1, job.typicalResultBytes ?? 0));
  return Math.max(1, Math.min(filling, share, Math.max(parallelCalls, bearable), MAX_CALLS));
}
