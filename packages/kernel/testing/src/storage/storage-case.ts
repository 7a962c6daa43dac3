import type { StorageBackend, StorageCapabilities } from '@lithops/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import type { StorageHarness } from './storage-harness.ts';

export type StorageCase = ConformanceCase<StorageHarness, StorageCapabilities>;

/** A case with a backend and a bucket of its own. */
export function inBucket(
  id: string,
  title: string,
  run: (backend: StorageBackend, bucket: string, harness: StorageHarness) => Promise<void>,
  needs?: StorageCase['needs'],
): StorageCase {
  return {
    id,
    title,
    ...(needs && { needs }),
    async run(harness) {
      await using backend = await harness.openBackend();
      const bucket = harness.bucketName();
      await backend.createBucket(bucket);
      try {
        await run(backend, bucket, harness);
      } finally {
        await backend.delete(bucket, await listKeys(backend, bucket));
      }
    },
  };
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** All bytes of what a get gives. */
export async function readAll(bytes: AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function readText(backend: StorageBackend, bucket: string, key: string): Promise<string> {
  return (await readAll(backend.get(bucket, key, {}))).toString();
}

export async function listKeys(backend: StorageBackend, bucket: string, prefix = ''): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of backend.list(bucket, prefix, {})) found.push(key);
  return found;
}

export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Puts many small objects, some at a time. */
export async function putMany(backend: StorageBackend, bucket: string, keys: readonly string[]): Promise<void> {
  for (let i = 0; i < keys.length; i += 50) {
    await Promise.all(keys.slice(i, i + 50).map((key) => backend.put(bucket, key, encode(key), {})));
  }
}
