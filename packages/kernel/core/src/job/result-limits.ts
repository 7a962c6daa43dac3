import type { ResultLimits } from '@lithops/worker';
import type { Job } from './job.ts';

/** Results on their way to other calls pass through the client up to this size. */
const FORWARDED_BYTES = 256 * 1024;
/** Whoever goes on with a durable job holds the results that are in its records. */
const RECORDED_BYTES = 64 * 1024;
/** Once the client holds so many bytes of them, only up to the smaller one. */
const MOST_FORWARDED_BYTES = 32 * 1024 * 1024;
const SMALL_FORWARDED_BYTES = 4 * 1024;

/** Which results of a job's next calls go to storage, for a backend that tells at most so many bytes at once; undefined where none does. */
export function resultLimits(job: Job, maxResultBytes: number): ResultLimits | undefined {
  const { objects, record } = job;
  const inlineBytes = inlineLimit(job, maxResultBytes);
  if (objects === undefined || !job.reachesStorage || inlineBytes === Number.POSITIVE_INFINITY) return undefined;
  if (record === undefined) objects.used();
  return { inlineBytes, prefix: objects.prefix };
}

/** The largest result, in encoded bytes, that comes to the client by itself. Infinity: all do. */
function inlineLimit({ durable, isInput, heldBytes }: Job, maxResultBytes: number): number {
  // Beside the value an event has a head, and other results.
  const carried = maxResultBytes === Number.POSITIVE_INFINITY ? maxResultBytes : Math.floor(maxResultBytes / 2);
  if (!durable && !isInput) return carried;
  if (heldBytes > MOST_FORWARDED_BYTES) return Math.min(carried, SMALL_FORWARDED_BYTES);
  return Math.min(carried, durable ? RECORDED_BYTES : FORWARDED_BYTES);
}
