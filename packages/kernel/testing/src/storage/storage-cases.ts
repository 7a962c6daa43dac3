import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { type StorageBackend, type StorageCapabilities, StorageNoSuchKeyError } from '@lithops/core/plugin';
import fc from 'fast-check';
import type { ConformanceCase } from '../conformance-case.ts';
import { rejection } from '../eventually.ts';
import type { StorageHarness } from './storage-harness.ts';

type StorageCase = ConformanceCase<StorageHarness, StorageCapabilities>;

const encode = (text: string) => new TextEncoder().encode(text);

async function read(bytes: AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function keys(backend: StorageBackend, bucket: string, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of backend.list(bucket, prefix, {})) found.push(key);
  return found;
}

/** A case with a backend and a bucket of its own. */
function inBucket(
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
        await backend.delete(bucket, await keys(backend, bucket, ''));
      }
    },
  };
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Keys that trip storages: dots, slashes, escapes, long names, letters beyond ASCII, keys that are prefixes of others. */
const AWKWARD_KEYS = [
  'a',
  'a/b',
  'a/b/c',
  'a//b',
  '/a',
  'a/',
  '..',
  '../x',
  './x',
  'a/../b',
  'A',
  'ü/ß',
  '日本/語',
  '😀',
  'a b',
  'a%2Fb',
  'a%o',
  '%',
  'a\\b',
  'c:d',
  '*?',
  'x'.repeat(500),
  `${'y'.repeat(150)}/${'z'.repeat(300)}`,
];

export const storageCases: readonly StorageCase[] = [
  inBucket('bytes/round-trip', 'bytes come back as they were put, nothing and a lot', async (backend, bucket) => {
    for (const size of [0, 1, 65_536, 3_000_001]) {
      const bytes = Buffer.alloc(size, 'pattern-');
      strictEqual(await backend.put(bucket, 'object', bytes, {}), true);
      ok((await read(backend.get(bucket, 'object', {}))).equals(bytes), `${size} bytes`);
      strictEqual((await backend.head(bucket, 'object')).size, size);
    }
  }),
  inBucket('bytes/replaced-whole', 'a put replaces the object', async (backend, bucket) => {
    await backend.put(bucket, 'object', encode('long old content'), {});
    await backend.put(bucket, 'object', encode('new'), {});
    strictEqual(String(await read(backend.get(bucket, 'object', {}))), 'new');
  }),
  inBucket(
    'bytes/failed-put-leaves-nothing',
    'a body that fails leaves the old object, or none',
    async (backend, bucket) => {
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield encode('half');
        throw new Error('source failed');
      }
      await rejection(backend.put(bucket, 'fresh', failing(), {}));
      deepStrictEqual(await keys(backend, bucket, ''), []);
      await backend.put(bucket, 'object', encode('old'), {});
      await rejection(backend.put(bucket, 'object', failing(), {}));
      strictEqual(String(await read(backend.get(bucket, 'object', {}))), 'old');
    },
  ),
  inBucket(
    'streams/unknown-length',
    'a stream of unknown length is stored to its last byte',
    async (backend, bucket) => {
      async function* chunks(): AsyncGenerator<Uint8Array> {
        for (let i = 0; i < 100; i++) yield Buffer.alloc(70_001, i);
      }
      await backend.put(bucket, 'stream', chunks(), {});
      const back = await read(backend.get(bucket, 'stream', {}));
      strictEqual(back.length, 7_000_100);
      ok([0, 41, 99].every((i) => back[i * 70_001] === i && back[(i + 1) * 70_001 - 1] === i));
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
          const back = await read(backend.get(bucket, 'object', { range: [start, end] }));
          ok(back.equals(bytes.subarray(start, end + 1)), `[${start}, ${end}]`);
        }),
        {
          numRuns: 50,
          examples: [
            [0, 0],
            [999, 999],
            [999, 1000],
            [0, 1100],
            [1000, 1001],
          ],
        },
      );
    },
  ),
  inBucket('keys/any-text', 'any text is a key, and no key hides another', async (backend, bucket) => {
    for (const key of AWKWARD_KEYS) await backend.put(bucket, key, encode(key), {});
    for (const key of AWKWARD_KEYS) strictEqual(String(await read(backend.get(bucket, key, {}))), key);
    deepStrictEqual(await keys(backend, bucket, ''), AWKWARD_KEYS.toSorted(byBytes));
  }),
  inBucket('listing/prefix-is-text', 'a prefix is plain text, not a folder', async (backend, bucket) => {
    for (const key of ['foo', 'foo/1', 'foobar', 'fo', 'bar/foo']) await backend.put(bucket, key, encode('1'), {});
    deepStrictEqual(await keys(backend, bucket, 'foo'), ['foo', 'foo/1', 'foobar']);
    deepStrictEqual(await keys(backend, bucket, 'foo/'), ['foo/1']);
    deepStrictEqual(await keys(backend, bucket, 'nothing'), []);
  }),
  inBucket(
    'listing/model',
    'a listing is every key with the prefix, in the order of its bytes, with its size',
    async (backend, bucket) => {
      const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', 'é', '%'), minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(key, { maxLength: 12 }), key, async (names, prefix) => {
          await backend.delete(bucket, await keys(backend, bucket, ''));
          for (const name of names) await backend.put(bucket, name, encode(name), {});
          const listed: [string, number][] = [];
          for await (const entry of backend.list(bucket, prefix, {})) listed.push([entry.key, entry.size]);
          deepStrictEqual(
            listed,
            names
              .filter((name) => name.startsWith(prefix))
              .sort(byBytes)
              .map((name) => [name, Buffer.byteLength(name)]),
          );
        }),
        { numRuns: 25 },
      );
    },
  ),
  inBucket('listing/many', 'a listing goes on over its pages', async (backend, bucket) => {
    const names = Array.from({ length: 1100 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
    for (let i = 0; i < names.length; i += 50)
      await Promise.all(names.slice(i, i + 50).map((name) => backend.put(bucket, name, encode('x'), {})));
    deepStrictEqual(await keys(backend, bucket, 'many/'), names);
    await backend.delete(bucket, names);
    deepStrictEqual(await keys(backend, bucket, ''), []);
  }),
  inBucket(
    'conditional/first-writer-wins',
    'of many writers with ifAbsent exactly one succeeds, and its object stays',
    async (backend, bucket, harness) => {
      for (let round = 0; round < 10; round++) {
        await using other = await harness.openBackend();
        const writers = Array.from({ length: 8 }, (_, i) =>
          (i % 2 === 0 ? backend : other).put(bucket, `once-${round}`, encode(`writer ${i}`), { ifAbsent: true }),
        );
        const outcomes = await Promise.all(writers);
        const winners = outcomes.flatMap((won, i) => (won ? [i] : []));
        strictEqual(winners.length, 1);
        strictEqual(String(await read(backend.get(bucket, `once-${round}`, {}))), `writer ${winners[0]}`);
      }
    },
    ({ conditionalPut }) => conditionalPut,
  ),
  inBucket(
    'delete/idempotent',
    'what is deleted is gone; deleting what is not there is no error',
    async (backend, bucket) => {
      await backend.put(bucket, 'a', encode('1'), {});
      await backend.put(bucket, 'a/b', encode('2'), {});
      await backend.delete(bucket, ['a', 'never-there']);
      deepStrictEqual(await keys(backend, bucket, ''), ['a/b']);
      await backend.delete(bucket, []);
    },
  ),
  inBucket('errors/no-such-key', 'a missing object is told by its bucket and key', async (backend, bucket) => {
    for (const attempt of [() => read(backend.get(bucket, 'missing', {})), () => backend.head(bucket, 'missing')]) {
      const error = await rejection(attempt());
      ok(error instanceof StorageNoSuchKeyError, String(error));
      deepStrictEqual([error.bucket, error.key], [bucket, 'missing']);
    }
  }),
  {
    id: 'buckets/create-and-head',
    title: 'a bucket is there after it was created, which may be repeated',
    async run(harness) {
      await using backend = await harness.openBackend();
      const bucket = harness.bucketName();
      strictEqual(await backend.headBucket(bucket), false);
      await backend.createBucket(bucket);
      await backend.createBucket(bucket);
      strictEqual(await backend.headBucket(bucket), true);
    },
  },
];
