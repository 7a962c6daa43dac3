import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { type StorageBackend, StorageError, StorageNoSuchKeyError } from '@lithops/core/plugin';
import { rejection } from '../eventually.ts';
import { leavesNothing } from '../leaves-nothing.ts';
import { encode, inBucket, listKeys, readAll, readText, type StorageCase } from './storage-case.ts';

/** Errors, buckets, and what the definition promises. */
export const contractCases: readonly StorageCase[] = [
  inBucket(
    'errors/no-such-key',
    'a missing object is told by its bucket and key, before anything is read',
    async (backend, bucket) => {
      await backend.put(bucket, 'missing/below', encode('1'), {});
      const attempts = [
        () => backend.get(bucket, 'missing', {}),
        () => backend.get(bucket, 'missing', { range: [0, 0] }),
        () => backend.head(bucket, 'missing'),
      ];
      for (const attempt of attempts) {
        const error = await rejection(attempt());
        ok(error instanceof StorageNoSuchKeyError, String(error));
        deepStrictEqual([error.bucket, error.key, error.code], [bucket, 'missing', 'STORAGE_NO_SUCH_KEY']);
      }
    },
  ),
  {
    id: 'errors/no-such-bucket',
    title: 'a missing bucket has no objects, and is told in a listing',
    async run(harness) {
      await using backend = await harness.openBackend();
      const bucket = harness.bucketName();
      for (const attempt of [() => backend.get(bucket, 'key', {}), () => backend.head(bucket, 'key')]) {
        const error = await rejection(attempt());
        ok(error instanceof StorageNoSuchKeyError, String(error));
      }
      const error = await rejection(listKeys(backend, bucket));
      ok(error instanceof StorageError, String(error));
      strictEqual(error.reason, 'no-such-bucket');
      match(error.message, new RegExp(bucket));
    },
  },
  {
    id: 'buckets/create-and-head',
    title: 'a bucket is there after it was created, which may be repeated and harms no object',
    async run(harness) {
      await using backend = await harness.openBackend();
      const bucket = harness.bucketName();
      strictEqual(await backend.headBucket(bucket), false);
      await backend.createBucket(bucket);
      strictEqual(await backend.headBucket(bucket), true);
      await backend.put(bucket, 'object', encode('kept'), {});
      await backend.createBucket(bucket);
      strictEqual(await readText(backend, bucket, 'object'), 'kept');
      await backend.delete(bucket, ['object']);
      strictEqual(await backend.headBucket(bucket), true);
    },
  },
  inBucket('buckets/apart', 'the same key in two buckets is two objects', async (backend, bucket, harness) => {
    const other = harness.bucketName();
    await backend.createBucket(other);
    await backend.put(bucket, 'object', encode('here'), {});
    await backend.put(other, 'object', encode('there'), {});
    strictEqual(await readText(backend, bucket, 'object'), 'here');
    await backend.delete(bucket, ['object']);
    strictEqual(await readText(backend, other, 'object'), 'there');
    await backend.delete(other, ['object']);
  }),
  inBucket('backends/see-the-same', 'what one backend writes another sees', async (backend, bucket, harness) => {
    await backend.put(bucket, 'object', encode('shared'), {});
    await using other = await harness.openBackend();
    strictEqual(await readText(other, bucket, 'object'), 'shared');
    await other.delete(bucket, ['object']);
    ok((await rejection(backend.head(bucket, 'object'))) instanceof StorageNoSuchKeyError);
  }),
  inBucket(
    'capabilities/presign',
    'a presigned address takes and gives the object without credentials',
    async (backend, bucket) => {
      ok(backend.presign !== undefined, 'the capabilities promise presign');
      const put = await backend.presign(bucket, 'a/b c', { method: 'PUT', expiresSeconds: 60 });
      // Azure wants to be told what kind of blob it is; others pass over it.
      const headers = { 'x-ms-blob-type': 'BlockBlob' };
      const stored = await fetch(put, { method: 'PUT', body: 'by address', headers });
      ok(stored.ok, `PUT gave ${stored.status}`);
      strictEqual(await readText(backend, bucket, 'a/b c'), 'by address');
      const get = await backend.presign(bucket, 'a/b c', { method: 'GET', expiresSeconds: 60 });
      strictEqual(await (await fetch(get)).text(), 'by address');
    },
    ({ presign }) => presign,
  ),
  {
    id: 'capabilities/no-presign',
    title: 'what is not promised is not there',
    needs: ({ presign }) => !presign,
    async run(harness) {
      await using backend = await harness.openBackend();
      strictEqual(backend.presign, undefined);
    },
  },
  inBucket(
    'capabilities/largest-object',
    'a body above the largest size is refused, and leaves nothing',
    async (backend, bucket, { capabilities }) => {
      const chunk = Buffer.alloc(1024 * 1024);
      async function* endless(): AsyncGenerator<Uint8Array> {
        for (let sent = 0; sent <= capabilities.maxObjectBytes; sent += chunk.length) yield chunk;
      }
      const error = await rejection(backend.put(bucket, 'large', endless(), {}));
      ok(error instanceof StorageError, String(error));
      strictEqual(error.reason, 'too-large');
      deepStrictEqual(await listKeys(backend, bucket), []);
    },
    ({ maxObjectBytes }) => maxObjectBytes <= 1024 ** 3,
  ),
  {
    id: 'definition/unknown-key',
    title: 'a key that the section does not have is refused',
    async run({ plugin }) {
      const result = await plugin.config['~standard'].validate({ certainlyNoKeyOfAnyStorage: 1 });
      ok(result.issues !== undefined && result.issues.length > 0, 'a misspelt key would be overlooked');
    },
  },
  {
    id: 'disposal/leaves-nothing',
    title: 'a disposed backend leaves no timer, socket or process, and may be disposed again',
    async run(harness) {
      await leavesNothing(async () => {
        const backend: StorageBackend = await harness.openBackend();
        const bucket = harness.bucketName();
        await backend.createBucket(bucket);
        await backend.put(bucket, 'object', Buffer.alloc(4_000_000), {});
        for await (const _ of await backend.get(bucket, 'object', {})) break;
        await readAll(backend.get(bucket, 'object', {}));
        await backend.delete(bucket, ['object']);
        await backend[Symbol.asyncDispose]();
        await backend[Symbol.asyncDispose]();
      });
    },
  },
];
