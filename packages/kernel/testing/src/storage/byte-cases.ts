import { deepStrictEqual, notStrictEqual, ok, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { rejection } from '../eventually.ts';
import { encode, inBucket, listKeys, readAll, readText, type StorageCase } from './storage-case.ts';

/** Objects come back as they were put, whole and only whole. */
export const byteCases: readonly StorageCase[] = [
  inBucket('bytes/round-trip', 'bytes come back as they were put, nothing and a lot', async (backend, bucket) => {
    for (const size of [0, 1, 65_536, 3_000_001]) {
      const bytes = Buffer.alloc(size, 'pattern-');
      strictEqual(await backend.put(bucket, 'object', bytes, {}), true);
      ok((await readAll(backend.get(bucket, 'object', {}))).equals(bytes), `${size} bytes`);
      strictEqual((await backend.head(bucket, 'object')).size, size);
    }
  }),
  inBucket('bytes/any', 'any bytes pass, none is changed', async (backend, bucket) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await backend.put(bucket, 'object', bytes, {});
        deepStrictEqual([...(await readAll(backend.get(bucket, 'object', {})))], [...bytes]);
      }),
      { numRuns: 30, examples: [[Uint8Array.from({ length: 256 }, (_, i) => i)], [Uint8Array.of(13, 10, 26, 0)]] },
    );
  }),
  inBucket('bytes/copied', 'a change of the array after the put changes no object', async (backend, bucket) => {
    const bytes = Buffer.from('before');
    await backend.put(bucket, 'object', bytes, {});
    bytes.fill('x');
    strictEqual(await readText(backend, bucket, 'object'), 'before');
    for await (const chunk of await backend.get(bucket, 'object', {})) chunk.fill(0);
    strictEqual(await readText(backend, bucket, 'object'), 'before');
  }),
  inBucket('bytes/replaced', 'a put replaces the object, whatever its size was', async (backend, bucket) => {
    await backend.put(bucket, 'object', encode('long old content'), {});
    await backend.put(bucket, 'object', encode('new'), {});
    strictEqual(await readText(backend, bucket, 'object'), 'new');
    strictEqual((await backend.head(bucket, 'object')).size, 3);
  }),
  inBucket(
    'bytes/replaced-at-once',
    'readers see the old object or the new one, never a part or none',
    async (backend, bucket) => {
      const content = [Buffer.alloc(300_000, 'a'), Buffer.alloc(200_000, 'b')];
      await backend.put(bucket, 'object', content[0] ?? Buffer.of(), {});
      let writing = true;
      let reads = 0;
      const reader = (async () => {
        do {
          const bytes = await readAll(backend.get(bucket, 'object', {}));
          reads++;
          await new Promise((resolve) => setImmediate(resolve)); // a storage without I/O would never let the writer in
          ok(
            content.some((whole) => whole.equals(bytes)),
            `${bytes.length} bytes that nobody has put`,
          );
        } while (writing);
      })().finally(() => {
        reads = Number.POSITIVE_INFINITY;
      });
      const writer = (async () => {
        // For as long as it takes until the two have met, however fast the storage is.
        for (let i = 1; i <= 20 || (reads < 5 && i < 1000); i++) {
          await backend.put(bucket, 'object', content[i % 2] ?? Buffer.of(), {});
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })().finally(() => {
        writing = false;
      });
      await Promise.all([reader, writer]);
    },
  ),
  inBucket('bytes/many-at-once', 'fifty objects written and read at once stay apart', async (backend, bucket) => {
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const bytes = Buffer.alloc(10_000 + i, i);
        await backend.put(bucket, `object-${i}`, bytes, {});
        ok((await readAll(backend.get(bucket, `object-${i}`, {}))).equals(bytes), `object ${i}`);
      }),
    );
  }),
  inBucket(
    'bytes/failed-put-leaves-nothing',
    'a body that fails leaves the old object, or none',
    async (backend, bucket) => {
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield encode('half');
        throw new RangeError('the source failed');
      }
      const error = await rejection(backend.put(bucket, 'fresh', failing(), {}));
      ok(error instanceof RangeError, `the source's own error, not ${String(error)}`);
      deepStrictEqual(await listKeys(backend, bucket), []);
      await backend.put(bucket, 'object', encode('old'), {});
      await rejection(backend.put(bucket, 'object', failing(), {}));
      strictEqual(await readText(backend, bucket, 'object'), 'old');
    },
  ),
  inBucket(
    'bytes/head',
    'head tells size and time, and an etag that changes with the object',
    async (backend, bucket) => {
      const before = Date.now();
      await backend.put(bucket, 'object', encode('one'), {});
      const first = await backend.head(bucket, 'object');
      strictEqual(first.size, 3);
      // Clocks of services are not ours, and some tell whole seconds.
      if (first.lastModified !== undefined)
        ok(Math.abs(first.lastModified.getTime() - before) < 300_000, String(first.lastModified));
      await backend.put(bucket, 'object', encode('two'), {});
      const second = await backend.head(bucket, 'object');
      if (first.etag !== undefined) notStrictEqual(second.etag, first.etag);
    },
  ),
];
