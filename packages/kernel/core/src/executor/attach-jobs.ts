import type { StorageDelivery } from '../delivery/storage-delivery.ts';
import { StorageError } from '../errors/storage-error.ts';
import type { Call } from '../future/call.ts';
import { decodeManifest, type JobManifest } from '../job/job-manifest.ts';
import { lastOwner, Ownership, OwnerWatch } from '../job/job-owner.ts';
import { MANIFESTS_PREFIX, manifestKey } from '../storage/job-keys.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';
import type { AttachedJob } from './attached-job.ts';

/** An executor that is to go on with jobs of another process. */
export interface AttachingExecutor {
  readonly executorId: string;
  readonly store: StorageJobStore;
  /** Aborted when it is closed. */
  readonly signal: AbortSignal;
  adopt(manifest: JobManifest): AttachedJob;
  /** The jobs are this executor's now. */
  own(ownership: Ownership): void;
  /** There are calls to be run; starts the backend. @returns how work is handed over, where the backend only accepts it */
  resume(): Promise<StorageDelivery | undefined>;
  /** Its jobs cannot be gone on with. */
  refuse(error: unknown): void;
}

export type AttachedJobs = ReadonlyMap<string, AttachedJob>;

const FIRST_LOOK_MS = 20;
const LAST_LOOK_MS = 1000;

/** `<executorId>`, or `<executorId>-<jobId>`. */
export function parseJobKey(key: string): { readonly executorId: string; readonly jobId?: string } {
  const match = /^(.+)-([AMR]\d{3,})$/.exec(key);
  if (match?.[1] === undefined || match[2] === undefined) return { executorId: key };
  return { executorId: match[1], jobId: match[2] };
}

/**
 * Finds durable jobs in storage, settles their calls by what is recorded, and goes on with what is not done: by itself
 * when nobody else is at work on them, else when that process has ended; until then it reads what that one records.
 * @returns the jobs by their ids
 * @param jobId only this one, and those whose results it takes
 * @throws StorageError when there is no such job.
 */
export async function attachJobs(executor: AttachingExecutor, jobId: string | undefined): Promise<AttachedJobs> {
  const manifests = await findManifests(executor, jobId);
  const jobs = new Map<string, AttachedJob>();
  for (const manifest of manifests) jobs.set(manifest.jobId, executor.adopt(manifest));
  const watch = new OwnerWatch();
  // Results that are given to other calls are not asked for by `getResult()`.
  for (const { inputs } of manifests)
    for (const { of } of inputs)
      for (const [input, index] of of) {
        const call = jobs.get(input)?.calls[index];
        call?.markFetched();
      }
  await refreshAll(jobs.values());
  if ((await takeOver(executor, jobs, watch)) || isDone(jobs.values())) return jobs;
  // Not waited for: the executor is there, and its futures settle as the other process goes on.
  follow(executor, jobs, watch).catch((error: unknown) => executor.refuse(error));
  return jobs;
}

async function follow(executor: AttachingExecutor, jobs: AttachedJobs, watch: OwnerWatch): Promise<void> {
  let pause = FIRST_LOOK_MS;
  while (!executor.signal.aborted) {
    const news = await refreshAll(jobs.values());
    if (isDone(jobs.values()) || (await takeOver(executor, jobs, watch))) return;
    pause = news ? FIRST_LOOK_MS : Math.min(LAST_LOOK_MS, pause * 1.5);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** @returns whether the jobs are ours now; false while their owner lives, or it cannot be told yet */
async function takeOver(executor: AttachingExecutor, jobs: AttachedJobs, watch: OwnerWatch): Promise<boolean> {
  const last = await lastOwner(executor.store, executor.executorId);
  if (last !== undefined && watch.lives(last.owner) !== false) return false;
  const ownership = await Ownership.claim(executor.store, executor.executorId, (last?.generation ?? -1) + 1);
  if (ownership === undefined) return false;
  executor.own(ownership);
  // The last that the owner before has recorded.
  await refreshAll(jobs.values());
  const callsOf = (jobId: string): readonly Call[] => jobs.get(jobId)?.calls ?? [];
  if (isDone(jobs.values())) return true;
  const delivery = await executor.resume();
  for (const job of jobs.values()) await job.resume(callsOf, delivery);
  return true;
}

async function refreshAll(jobs: Iterable<AttachedJob>): Promise<boolean> {
  let news = false;
  for (const job of jobs) if (job.job.open.size > 0) news = (await job.refresh()) || news;
  return news;
}

function isDone(jobs: Iterable<AttachedJob>): boolean {
  for (const { job } of jobs) if (job.open.size > 0) return false;
  return true;
}

async function findManifests(
  { store, executorId }: AttachingExecutor,
  jobId: string | undefined,
): Promise<JobManifest[]> {
  const keys: string[] = [];
  if (jobId === undefined) {
    for await (const { key } of store.list(`${MANIFESTS_PREFIX}${executorId}/`)) keys.push(key);
  } else {
    keys.push(manifestKey(executorId, jobId));
  }
  const manifests = new Map<string, JobManifest>();
  for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
    const bytes = await store.find(key);
    if (bytes === undefined) continue;
    const manifest = decodeManifest(bytes, key);
    manifests.set(manifest.jobId, manifest);
    const inputs = new Set(manifest.inputs.flatMap(({ of }) => of.map(([input]) => input)));
    for (const input of inputs) if (!manifests.has(input)) keys.push(manifestKey(executorId, input));
  }
  if (manifests.size > 0 && (jobId === undefined || manifests.has(jobId)))
    return [...manifests.values()].sort((a, b) => a.submittedAt - b.submittedAt);
  const wanted = jobId === undefined ? `executor ${executorId}` : `job ${executorId}-${jobId}`;
  throw new StorageError(`there is nothing of ${wanted} in storage`, {
    hint: 'only jobs with `durable: true` can be attached to, from the same storage, until they are cleaned',
  });
}
