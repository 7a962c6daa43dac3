import { MANIFESTS_PREFIX } from '../storage/job-keys.ts';
import type { Storage } from '../storage/storage.ts';
import { StorageJobStore } from '../storage/storage-job-store.ts';
import { decodeManifest } from './job-manifest.ts';

/** A durable job in storage. */
export interface StoredJob {
  readonly executorId: string;
  readonly jobId: string;
  /** `<executorId>-<jobId>`, as `FunctionExecutor.attach` takes it. */
  readonly jobKey: string;
  readonly functionName: string;
  /** ms since the epoch. */
  readonly submittedAt: number;
  readonly calls: number;
}

/**
 * The durable jobs in a storage, by executor and job. How far they have come tells `FunctionExecutor.attach`.
 * @throws StorageError
 */
export async function* listJobs(storage: Storage, executorId?: string): AsyncGenerator<StoredJob, void, void> {
  const store = new StorageJobStore(storage);
  const prefix = executorId === undefined ? MANIFESTS_PREFIX : `${MANIFESTS_PREFIX}${executorId}/`;
  for await (const { key } of store.list(prefix)) {
    const bytes = await store.find(key);
    // Cleaned meanwhile.
    if (bytes === undefined) continue;
    const { jobId, functionName, submittedAt, calls, ...manifest } = decodeManifest(bytes, key);
    yield {
      executorId: manifest.executorId,
      jobId,
      jobKey: `${manifest.executorId}-${jobId}`,
      functionName,
      submittedAt,
      calls,
    };
  }
}
