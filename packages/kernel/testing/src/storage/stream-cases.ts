import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { collectGarbage } from '../collect-garbage.ts';
import { rejection, within } from '../eventually.ts';
import { encode, inBucket, listKeys, readAll, readText, type StorageCase } from './storage-case.ts';

const MIB = 1024 * 1024;
/** More than memory may grow by while it passes; storages that take no objects of this size are not asked. */
const LARGE_BYTES = 128 * MIB;
const MOST_GROWTH_BYTES = 120 * MIB;

/** Streams both ways, and ranges. */
export const streamCases: readonly StorageCase[] = [
  inBucket(
    'streams/unknown-length',
    'a stream of unknown length is stored to its last byte',
    async (backend, bucket) => {
      async function* chunks(): AsyncGenerator<Uint8Array> {
        for (let i = 0; i < 100; i++) yield Buffer.alloc(70_001, i);
      }
      await backend.put(bucket, 'stream', chunks(), {});
      const back = await readAll(backend.get(bucket, 'stream', {}));
      strictEqual(back.length, 7_000_100);
      ok(
        Array.from({ length: 100 }, (_, i) => i).every(
          (i) => back[i * 70_001] === i && back[(i + 1) * 70_001 - 1] === i,
        ),
      );
    },
  ),
  inBucket('streams/any-chunks', 'chunks of any size, empty ones too, are joined in order', async (backend, bucket) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 }), async (chunks) => {
        async function* body(): AsyncGenerator<Uint8Array> {
          yield* chunks;
        }
        await backend.put(bucket, 'stream', body(), {});
        ok((await readAll(backend.get(bucket, 'stream', {}))).equals(Buffer.concat(chunks)));
      }),
      { numRuns: 25, examples: [[[]], [[Uint8Array.of()]], [[Uint8Array.of(), Uint8Array.of(1), Uint8Array.of()]]] },
    );
  }),
  inBucket(
    'streams/reader-that-stops',
    'a reader may stop early; the object can then be replaced and deleted',
    async (backend, bucket) => {
      await backend.put(bucket, 'object', Buffer.alloc(5 * MIB, 1), {});
      for await (const chunk of await backend.get(bucket, 'object', {})) {
        ok(chunk.length > 0);
        break;
      }
      await backend.put(bucket, 'object', encode('new'), {});
      strictEqual(await readText(backend, bucket, 'object'), 'new');
      await backend.delete(bucket, ['object']);
      deepStrictEqual(await listKeys(backend, bucket), []);
    },
  ),
  inBucket(
    'streams/flat-memory',
    'an object larger than memory should hold passes through in both directions',
    async (backend, bucket) => {
      collectGarbage();
      const before = process.memoryUsage().rss;
      let peak = before;
      let unwatched = 0;
      // What is held counts, not what the collector has not come to: it is called every 16 MiB, of chunks of any size.
      const watch = (bytes: number) => {
        unwatched += bytes;
        if (unwatched < 16 * MIB) return;
        unwatched = 0;
        collectGarbage();
        peak = Math.max(peak, process.memoryUsage().rss);
      };
      const written = createHash('sha256');
      async function* body(): AsyncGenerator<Uint8Array> {
        for (let sent = 0; sent < LARGE_BYTES; sent += MIB) {
          const chunk = Buffer.alloc(MIB, `${sent} `);
          written.update(chunk);
          watch(MIB);
          yield chunk;
        }
      }
      await backend.put(bucket, 'large', body(), {});
      const back = createHash('sha256');
      for await (const chunk of await backend.get(bucket, 'large', {})) {
        back.update(chunk);
        watch(chunk.length);
      }
      strictEqual(back.digest('hex'), written.digest('hex'));
      const grown = peak - before;
      ok(
        grown < MOST_GROWTH_BYTES,
        `memory grew by ${Math.round(grown / MIB)} MiB for an object of ${LARGE_BYTES / MIB}`,
      );
    },
    ({ maxObjectBytes }) => maxObjectBytes >= LARGE_BYTES,
  ),
  inBucket(
    'streams/version',
    'bytes come with the size and the etag of the object that they are of, the same that head tells',
    async (backend, bucket) => {
      await backend.put(bucket, 'object', encode('0123456789'), {});
      const { etag } = await backend.head(bucket, 'object');
      for (const range of [undefined, [2, 4], [5, 500]] as const) {
        const stream = await backend.get(bucket, 'object', range === undefined ? {} : { range });
        // Without them the facade cannot go on with a transfer that breaks; nothing that is told may be wrong.
        if (stream.object !== undefined) {
          strictEqual(stream.object.size, 10, `the object's size, not that of the range ${range}`);
          if (stream.object.etag !== undefined) strictEqual(stream.object.etag, etag);
        }
        await readAll(stream);
      }
      const old = await backend.get(bucket, 'object', {});
      if (old.object?.etag !== undefined) {
        await backend.put(bucket, 'object', encode('abcdefghij'), {});
        const bytes = (await readAll(old)).toString();
        strictEqual(bytes, old.object.etag === etag ? '0123456789' : 'abcdefghij');
      }
    },
  ),
  inBucket(
    'streams/abort',
    'an aborted put writes nothing, an aborted get ends, both with the reason',
    async (backend, bucket) => {
      const reason = new Error('stopped by the case');
      strictEqual(
        await rejection(backend.put(bucket, 'early', encode('x'), { signal: AbortSignal.abort(reason) })),
        reason,
      );
      const putting = new AbortController();
      async function* body(): AsyncGenerator<Uint8Array> {
        yield Buffer.alloc(MIB);
        putting.abort(reason);
        yield Buffer.alloc(MIB);
      }
      strictEqual(
        await within(
          30_000,
          'an aborted put',
          rejection(backend.put(bucket, 'late', body(), { signal: putting.signal })),
        ),
        reason,
      );
      deepStrictEqual(await listKeys(backend, bucket), []);
      await backend.put(bucket, 'object', Buffer.alloc(8 * MIB), {});
      const getting = new AbortController();
      const reading = (async () => {
        for await (const _ of await backend.get(bucket, 'object', { signal: getting.signal })) getting.abort(reason);
      })();
      strictEqual(await within(30_000, 'an aborted get', rejection(reading)), reason);
    },
  ),
  inBucket(
    'ranges/model',
    'a range is its first to its last byte, cut at the end of the object',
    async (backend, bucket) => {
      const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));
      await backend.put(bucket, 'object', bytes, {});
      await fc.assert(
        fc.asyncProperty(fc.nat(1100), fc.nat(1100), async (a, b) => {
          const [start, end] = [Math.min(a, b), Math.max(a, b)];
          const back = await readAll(backend.get(bucket, 'object', { range: [start, end] }));
          ok(back.equals(bytes.subarray(start, end + 1)), `[${start}, ${end}] gave ${back.length} bytes`);
        }),
        {
          numRuns: 40,
          examples: [
            [0, 0],
            [999, 999],
            [0, 999],
            [999, 1000],
          ],
        },
      );
    },
  ),
  inBucket(
    'ranges/past-the-end',
    'a range that starts past the end is empty, of an empty object too',
    async (backend, bucket) => {
      await backend.put(bucket, 'object', Buffer.alloc(1000), {});
      await backend.put(bucket, 'empty', encode(''), {});
      for (const range of [
        [1000, 1000],
        [1000, 5000],
        [5000, 6000],
      ] as const) {
        strictEqual((await readAll(backend.get(bucket, 'object', { range }))).length, 0, `[${range}]`);
      }
      strictEqual((await readAll(backend.get(bucket, 'empty', { range: [0, 0] }))).length, 0);
      strictEqual((await readAll(backend.get(bucket, 'object', { range: [0, Number.MAX_SAFE_INTEGER] }))).length, 1000);
    },
  ),
  inBucket('ranges/pieces', 'the pieces of a large object, read at once, make it whole', async (backend, bucket) => {
    const bytes = Buffer.from(Uint32Array.from({ length: 500_000 }, (_, i) => i).buffer);
    await backend.put(bucket, 'object', bytes, {});
    const size = 130_001;
    const starts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => i * size);
    const pieces = await Promise.all(
      starts.map((start) => readAll(backend.get(bucket, 'object', { range: [start, start + size - 1] }))),
    );
    ok(Buffer.concat(pieces).equals(bytes));
  }),
];
