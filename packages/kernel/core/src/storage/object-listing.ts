import type { ObjectEntry } from '../plugin/storage-plugin.ts';
import type { StorageConnection } from './storage-connection.ts';
import { StorageAttempts, type StorageRetryPolicy } from './storage-retry.ts';

/** Objects whose key starts with `prefix`, in the order of their keys. A listing that breaks goes on behind the last key. */
export async function* listObjects(
  connection: StorageConnection,
  bucket: string,
  prefix: string,
  signal: AbortSignal | undefined,
  policy: StorageRetryPolicy,
): AsyncGenerator<ObjectEntry, void, void> {
  const attempts = new StorageAttempts(policy, signal);
  let last: string | undefined;
  let resumeBehind: Buffer | undefined;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const { backend } = await connection.open();
      for await (const entry of backend.list(bucket, prefix, signal === undefined ? {} : { signal })) {
        if (resumeBehind !== undefined && Buffer.compare(Buffer.from(entry.key), resumeBehind) <= 0) continue;
        resumeBehind = undefined;
        last = entry.key;
        attempts.progressed();
        yield entry;
      }
      return;
    } catch (error) {
      await attempts.afterFailure(error);
      resumeBehind = last === undefined ? undefined : Buffer.from(last);
    }
  }
}
