import { decodeRecord, partsOfLogKey } from '@lithops/worker/protocol';
import type { TaskLogEntry } from '../executor/executor-options.ts';
import { eventsPrefix, jobPrefix } from '../storage/job-keys.ts';
import type { Storage } from '../storage/storage.ts';
import { StorageJobStore } from '../storage/storage-job-store.ts';

/**
 * What the tasks of a durable job have printed, as its workers have recorded it in storage, in the order of its
 * invocations. Nothing where the job is not durable, or was cleaned.
 * @throws StorageError
 */
export async function* storedLogs(
  storage: Storage,
  job: { readonly executorId: string; readonly jobId: string },
): AsyncGenerator<TaskLogEntry, void, void> {
  const store = new StorageJobStore(storage);
  const { executorId, jobId } = job;
  for await (const { key } of store.list(eventsPrefix(jobPrefix(executorId, jobId)))) {
    if (typeof partsOfLogKey(key).record !== 'number') continue;
    const bytes = await store.find(key);
    // Cleaned meanwhile, or left empty by a crash of the machine.
    if (bytes === undefined || bytes.byteLength === 0) continue;
    for (const reply of decodeRecord(bytes).replies) {
      if (reply.type !== 'event' || reply.event.type !== 'log') continue;
      const { call, stream, text } = reply.event;
      yield { jobId, callId: String(call).padStart(5, '0'), stream, text };
    }
  }
}
