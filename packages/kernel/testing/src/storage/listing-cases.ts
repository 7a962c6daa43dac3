import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { rejection } from '../eventually.ts';
import { compareBytes, encode, inBucket, listKeys, putMany, readText, type StorageCase } from './storage-case.ts';

/** Keys that trip storages: dots, slashes, escapes, long names, letters beyond ASCII, keys that are prefixes of others. */
const AWKWARD_KEYS = [
  ...['a', 'a/b', 'a/b/c', 'a//b', 'a///b', '/a', '//', 'a/', '..', '.', '../x', './x', 'a/../b', 'A', 'a/B', 'a.'],
  ...['ü/ß', 'u\u0308/ß', '日本/語', '😀', '\uffff', 'a b', ' a', 'a ', 'a+b', 'a&b=c', 'a?b', 'a#b', '<a>', "'", '"'],
  ...['a%2Fb', 'a%2fb', 'a%o', '%', '%%', 'a\\b', 'c:d', '*?', 'a\nb', 'a\tb', '~', '$a', 'con', 'x'.repeat(500)],
  `${'y'.repeat(150)}/${'z'.repeat(300)}`,
];

/** Any text is a key; a listing is every key with a prefix, in the order of its bytes. */
export const listingCases: readonly StorageCase[] = [
  inBucket('keys/any-text', 'any text is a key, and no key hides another', async (backend, bucket) => {
    await putMany(backend, bucket, AWKWARD_KEYS);
    for (const key of AWKWARD_KEYS) strictEqual(await readText(backend, bucket, key), key);
    deepStrictEqual(await listKeys(backend, bucket), AWKWARD_KEYS.toSorted(compareBytes));
    await backend.delete(bucket, AWKWARD_KEYS.slice(0, 10));
    deepStrictEqual(await listKeys(backend, bucket), AWKWARD_KEYS.slice(10).sort(compareBytes));
  }),
  inBucket('listing/prefix-is-text', 'a prefix is plain text, not a folder', async (backend, bucket) => {
    await putMany(backend, bucket, ['foo', 'foo/1', 'foobar', 'fo', 'bar/foo']);
    deepStrictEqual(await listKeys(backend, bucket, 'foo'), ['foo', 'foo/1', 'foobar']);
    deepStrictEqual(await listKeys(backend, bucket, 'foo/'), ['foo/1']);
    deepStrictEqual(await listKeys(backend, bucket, 'foo/1/'), []);
    deepStrictEqual(await listKeys(backend, bucket, 'nothing'), []);
  }),
  inBucket(
    'listing/order',
    'keys come in the order of their bytes in UTF-8, also beyond the basic plane',
    async (backend, bucket) => {
      const keys = ['a', 'a!', 'a/', 'a/b', 'a0', 'aa', 'B', 'é', '\ue000', '\uffee', '😀', '𐀀', '1', '10', '2'];
      await putMany(backend, bucket, keys);
      deepStrictEqual(await listKeys(backend, bucket), keys.toSorted(compareBytes));
    },
  ),
  inBucket('listing/model', 'a listing is every key with the prefix, with its size', async (backend, bucket) => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', 'é', '%'), minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 12 }),
        fc.oneof(key, fc.constant('')),
        async (names, prefix) => {
          await backend.delete(bucket, await listKeys(backend, bucket));
          await putMany(backend, bucket, names);
          const listed: [string, number][] = [];
          for await (const entry of backend.list(bucket, prefix, {})) {
            listed.push([entry.key, entry.size]);
            ok(entry.lastModified instanceof Date);
          }
          const expected = names.filter((name) => name.startsWith(prefix)).sort(compareBytes);
          deepStrictEqual(
            listed,
            expected.map((name) => [name, Buffer.byteLength(name)]),
          );
        },
      ),
      { numRuns: 25 },
    );
  }),
  inBucket(
    'listing/many',
    'a listing goes on over its pages, and so does a deletion',
    async (backend, bucket, { manyKeys }) => {
      const names = Array.from({ length: manyKeys }, (_, i) => `many/${String(i).padStart(4, '0')}`);
      await putMany(backend, bucket, names);
      deepStrictEqual(await listKeys(backend, bucket, 'many/'), names);
      deepStrictEqual(
        await listKeys(backend, bucket, 'many/05'),
        names.filter((name) => name.startsWith('many/05')),
      );
      await backend.delete(bucket, names);
      deepStrictEqual(await listKeys(backend, bucket), []);
    },
  ),
  inBucket('listing/reader-that-stops', 'a reader may stop early', async (backend, bucket) => {
    await putMany(backend, bucket, ['a', 'b', 'c']);
    for await (const { key } of backend.list(bucket, '', {})) {
      strictEqual(key, 'a');
      break;
    }
    deepStrictEqual(await listKeys(backend, bucket), ['a', 'b', 'c']);
  }),
  inBucket('listing/abort', 'an aborted listing ends with the reason', async (backend, bucket) => {
    await putMany(backend, bucket, ['a', 'b']);
    const reason = new Error('stopped by the case');
    const reading = (async () => {
      for await (const _ of backend.list(bucket, '', { signal: AbortSignal.abort(reason) }));
    })();
    strictEqual(await rejection(reading), reason);
  }),
  inBucket(
    'delete/idempotent',
    'what is deleted is gone; deleting what is not there is no error',
    async (backend, bucket) => {
      await putMany(backend, bucket, ['a', 'a/b', 'b']);
      await backend.delete(bucket, ['a', 'never-there']);
      deepStrictEqual(await listKeys(backend, bucket), ['a/b', 'b']);
      await backend.delete(bucket, ['a']);
      await backend.delete(bucket, []);
      await backend.put(bucket, 'a', encode('again'), {});
      strictEqual(await readText(backend, bucket, 'a'), 'again');
    },
  ),
];
