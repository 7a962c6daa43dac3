import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NumberedItems } from './numbered-items.ts';

it('holds what was added and not deleted, however additions and deletions mix', () => {
  const index = fc.nat({ max: 1500 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), index), { maxLength: 2000 }), (steps) => {
      const items = new NumberedItems<{ n: number }>();
      const model = new Map<number, { n: number }>();
      for (const [added, n] of steps) {
        const item = model.get(n) ?? { n };
        if (added) {
          items.add(n, item);
          model.set(n, item);
        } else {
          items.delete(n);
          model.delete(n);
        }
        expect(items.size).toBe(model.size);
      }
      expect(new Set(items)).toEqual(new Set(model.values()));
    }),
    { numRuns: 30 },
  );
});

it('may be emptied while it is read', () => {
  const items = new NumberedItems<{ n: number }>();
  for (let n = 0; n < 1000; n++) items.add(n, { n });
  let read = 0;
  for (const { n } of items) {
    items.delete(n);
    read++;
  }
  expect([read, items.size]).toEqual([1000, 0]);
});
