import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUtf8, inUtf8Order, KeyNames } from '../src/index.ts';

const keyText = fc.string({
  unit: fc.constantFrom('a', '/', '.', '\n', 'é', '\ue000', '\uffee', '😀', '𐀀'),
  minLength: 1,
  maxLength: 6,
});
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('order', () => {
  it('is that of bytes', () => {
    fc.assert(
      fc.property(keyText, keyText, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(byBytes(a, b)));
      }),
    );
  });

  it('is made from that of UTF-16 code units, and kept where it is there already', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(keyText, { maxLength: 30 }), async (keys) => {
        const expected = keys.toSorted(byBytes);
        expect(await all(inUtf8Order(each(keys.toSorted()), (key) => key))).toEqual(expected);
        expect(await all(inUtf8Order(each(expected), (key) => key))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('names', () => {
  const names = new KeyNames({ forbidden: /\n/, isAwkward: (key) => /\.(\/|$)/.test(key), longestName: 60 });

  it('are listed by key, by any prefix, each once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(keyText, { maxLength: 30 }),
        fc.oneof(keyText, fc.constant('')),
        async (keys, prefix) => {
          const stored = keys.map((key) => ({ name: names.toName(key) }));
          stored.push({ name: 'lithops.escaped/zz' });
          expect(stored.some(({ name }) => name.includes('\n'))).toBe(false);
          const list = (start: string) =>
            each(stored.filter(({ name }) => name.startsWith(start)).sort((a, b) => byBytes(a.name, b.name)));
          const listed = (await all(names.list(prefix, list))).map(({ key }) => key);
          expect(listed).toEqual(keys.filter((key) => key.startsWith(prefix)).sort(byBytes));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are the keys themselves where they can be', () => {
    expect(names.toName('data/2026/report.csv')).toBe('data/2026/report.csv');
    expect(names.toName('lithops.escaped/00')).not.toBe('lithops.escaped/00');
    expect(() => names.toName(`.${'x'.repeat(40)}.`)).toThrow('too long');
  });
});
