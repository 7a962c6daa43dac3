import { CACHE_PREFIX } from '../job/result-cache.ts';
import type { BackendCleanOptions } from '../plugin/compute-plugin.ts';
import { JOBS_PREFIX } from './job-keys.ts';
import type { Storage } from './storage.ts';

const DELETED_AT_ONCE = 1000;

/**
 * Deletes the objects of all jobs in the storage's own bucket, whoever ran them, those of jobs that still run too; with
 * `everything` also results that jobs with option `cache` have left.
 * @returns how many were deleted
 */
export async function cleanStorage(storage: Storage, { scope, signal }: BackendCleanOptions): Promise<number> {
  const bucket = await storage.defaultBucket({ signal });
  let deleted = 0;
  for (const prefix of scope === 'everything' ? [JOBS_PREFIX, CACHE_PREFIX] : [JOBS_PREFIX]) {
    let keys: string[] = [];
    const flush = async () => {
      await storage.deleteObjects(bucket, keys, { signal });
      deleted += keys.length;
      keys = [];
    };
    for await (const { key } of storage.listObjects(bucket, prefix, { signal })) {
      keys.push(key);
      if (keys.length === DELETED_AT_ONCE) await flush();
    }
    await flush();
  }
  return deleted;
}
