import type { Storage } from '@lithops/core';
import type { StorageCase } from './storage-case.ts';
import type { StorageHarness } from './storage-harness.ts';

/** A case on the facade that users see, with a bucket of its own. */
export function onStorage(
  name: string,
  title: string,
  run: (storage: Storage, bucket: string, harness: StorageHarness) => Promise<void>,
): StorageCase {
  return {
    id: `facade/${name}`,
    title,
    async run(harness) {
      await using storage = harness.openStorage();
      const bucket = harness.bucketName();
      await storage.createBucket(bucket);
      try {
        await run(storage, bucket, harness);
      } finally {
        await storage.deleteObjects(bucket, await storage.listKeys(bucket));
      }
    },
  };
}

export async function text(storage: Storage, bucket: string, key: string): Promise<string> {
  return new TextDecoder().decode(await storage.getObject(bucket, key));
}
