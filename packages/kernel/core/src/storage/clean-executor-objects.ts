import type { Storage } from './storage.ts';
import { executorPrefixes, jobOfKey, notedBucket } from './temporary-keys.ts';

/** What of an executor's objects is to go. */
export interface CleanScope {
  readonly executorId: string;
  /** Only what these jobs have made; absent: everything. */
  readonly jobs: ReadonlySet<string> | undefined;
  /** Jobs that are not done: what they may need stays. */
  readonly running: ReadonlySet<string>;
  readonly cloudObjects: boolean;
  readonly signal: AbortSignal | undefined;
}

const DELETED_AT_ONCE = 1000;

/** Deletes the temporary objects of an executor, of its tasks, and of the executors inside them; nobody else's. */
export async function cleanExecutorObjects(storage: Storage, scope: CleanScope): Promise<void> {
  const home = await storage.defaultBucket(signalOf(scope));
  const { jobs, cloudObjects } = executorPrefixes(scope.executorId);
  const buckets = new Set<string>();
  const notes: string[] = [];
  for (const prefix of scope.cloudObjects ? [...jobs, ...cloudObjects] : jobs) {
    await deleteBelow(storage, home, prefix, scope, (key) => {
      const bucket = notedBucket(key);
      if (bucket === undefined) return true;
      buckets.add(bucket);
      notes.push(key);
      return false;
    });
  }
  for (const bucket of buckets)
    for (const prefix of cloudObjects) await deleteBelow(storage, bucket, prefix, scope, () => true);
  // Last, so that what an interrupted cleaning has left is found by the next.
  await storage.deleteObjects(home, notes, signalOf(scope));
}

async function deleteBelow(
  storage: Storage,
  bucket: string,
  prefix: string,
  scope: CleanScope,
  isObject: (key: string) => boolean,
): Promise<void> {
  let keys: string[] = [];
  for await (const { key } of storage.listObjects(bucket, prefix, signalOf(scope))) {
    if (!isIn(scope, key) || !isObject(key)) continue;
    keys.push(key);
    if (keys.length < DELETED_AT_ONCE) continue;
    await storage.deleteObjects(bucket, keys, signalOf(scope));
    keys = [];
  }
  await storage.deleteObjects(bucket, keys, signalOf(scope));
}

function isIn({ executorId, jobs, running }: CleanScope, key: string): boolean {
  const job = jobOfKey(executorId, key);
  // What belongs to no job may be needed by any.
  if (job === undefined) return jobs === undefined && running.size === 0;
  return !running.has(job) && (jobs === undefined || jobs.has(job));
}

function signalOf({ signal }: CleanScope): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
