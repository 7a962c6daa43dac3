import type { Job } from '../job/job.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';

/** How an invocation travels: its events come back on its own connection, or by storage, when it was only handed over. */
export type DeliveryWay = 'told' | 'detached';

/** How the next invocation of a job travels, where the backend leaves the choice to us; see `DetachRule`. */
export function wayOf(job: Job, capabilities: ComputeCapabilities): DeliveryWay {
  const { detaches, maxWorkers, concurrencyPerWorker, maxTaskSeconds } = capabilities;
  if (detaches === undefined) return 'told';
  // An implicit record is of a job that is durable only if its backend needs that.
  if (job.record !== undefined && !job.record.implicit) return 'detached';
  const { beyondSeconds = Number.POSITIVE_INFINITY, beyondAtOnce = Number.POSITIVE_INFINITY } = detaches;
  const { timeoutMs = Number.POSITIVE_INFINITY } = job.options;
  const seconds = Math.min(timeoutMs / 1000, maxTaskSeconds);
  const atOnce = Math.min(job.progress.calls, maxWorkers * concurrencyPerWorker);
  return seconds > beyondSeconds || atOnce > beyondAtOnce ? 'detached' : 'told';
}
