import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { compareBytes, encode, inBucket, listKeys, readAll, readText, type StorageCase } from './storage-case.ts';

type Step = readonly ['put' | 'put-if-absent' | 'delete', key: string, content: string];

/** Writing only what is not there, and the sequences of operations. */
export const conditionalCases: readonly StorageCase[] = [
  inBucket(
    'conditional/if-absent',
    'ifAbsent writes what is not there, and tells by false that it was',
    async (backend, bucket) => {
      strictEqual(await backend.put(bucket, 'object', encode('first'), { ifAbsent: true }), true);
      strictEqual(await backend.put(bucket, 'object', encode('second'), { ifAbsent: true }), false);
      strictEqual(await readText(backend, bucket, 'object'), 'first');
      async function* stream(): AsyncGenerator<Uint8Array> {
        yield encode('from a stream');
      }
      strictEqual(await backend.put(bucket, 'object', stream(), { ifAbsent: true }), false);
      await backend.delete(bucket, ['object']);
      strictEqual(await backend.put(bucket, 'object', stream(), { ifAbsent: true }), true);
      strictEqual(await readText(backend, bucket, 'object'), 'from a stream');
      strictEqual(await backend.put(bucket, 'object', encode('over'), { ifAbsent: false }), true);
      strictEqual(await readText(backend, bucket, 'object'), 'over');
    },
  ),
  inBucket(
    'conditional/if-absent-large',
    'ifAbsent holds for a body that goes out in parts, too',
    async (backend, bucket) => {
      async function* large(fill: number): AsyncGenerator<Uint8Array> {
        for (let i = 0; i < 20; i++) yield Buffer.alloc(1024 * 1024 + 1, fill);
      }
      strictEqual(await backend.put(bucket, 'object', large(1), { ifAbsent: true }), true);
      strictEqual(await backend.put(bucket, 'object', large(2), { ifAbsent: true }), false);
      strictEqual(await backend.put(bucket, 'object', Buffer.alloc(20_000_000, 3), { ifAbsent: true }), false);
      const { size } = await backend.head(bucket, 'object');
      strictEqual(size, 20 * (1024 * 1024 + 1));
      strictEqual((await readAll(backend.get(bucket, 'object', { range: [size - 1, size - 1] })))[0], 1);
    },
  ),
  inBucket(
    'conditional/first-writer-wins',
    'of many writers with ifAbsent exactly one succeeds, and its object stays',
    async (backend, bucket, harness) => {
      await using other = await harness.openBackend();
      for (let round = 0; round < 20; round++) {
        const key = `once-${round}`;
        const writers = Array.from({ length: 8 }, (_, i) =>
          (i % 2 === 0 ? backend : other).put(bucket, key, encode(`writer ${i}`), { ifAbsent: true }),
        );
        const winners = (await Promise.all(writers)).flatMap((won, i) => (won ? [`writer ${i}`] : []));
        strictEqual(winners.length, 1, `${winners.length} writers were told that they were the first`);
        strictEqual(await readText(backend, bucket, key), winners[0]);
      }
    },
    ({ conditionalPut }) => conditionalPut,
  ),
  inBucket(
    'model/sequences',
    'any sequence of operations has the effect that it has on a map',
    async (backend, bucket, harness) => {
      await using other = await harness.openBackend();
      const key = fc.constantFrom('a', 'a/b', 'b', 'B');
      const operation = fc.constantFrom('put' as const, 'put-if-absent' as const, 'delete' as const);
      const step: fc.Arbitrary<Step> = fc.tuple(operation, key, fc.string({ maxLength: 5 }));
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          await backend.delete(bucket, await listKeys(backend, bucket));
          const model = new Map<string, string>();
          for (const [i, [action, name, content]] of steps.entries()) {
            const at = i % 2 === 0 ? backend : other;
            if (action === 'delete') {
              await at.delete(bucket, [name]);
              model.delete(name);
              continue;
            }
            const ifAbsent = action === 'put-if-absent';
            const writes = !ifAbsent || !model.has(name);
            strictEqual(await at.put(bucket, name, encode(content), { ifAbsent }), writes);
            if (writes) model.set(name, content);
          }
          const expected = [...model].sort(([a], [b]) => compareBytes(a, b));
          const found = [];
          for (const name of await listKeys(backend, bucket)) found.push([name, await readText(backend, bucket, name)]);
          deepStrictEqual(found, expected);
        }),
        { numRuns: 25 },
      );
    },
  ),
];
