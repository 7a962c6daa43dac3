import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Call } from '../future/call.ts';
import { OpenCalls } from './open-calls.ts';

it('holds what was added and not deleted, however additions and deletions mix', () => {
  const index = fc.nat({ max: 1500 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), index), { maxLength: 2000 }), (steps) => {
      const open = new OpenCalls();
      const model = new Map<number, Call>();
      for (const [added, n] of steps) {
        const call = model.get(n) ?? ({ index: n } as Call); // all that is looked at
        if (added) {
          open.add(call);
          model.set(n, call);
        } else {
          open.delete(call);
          model.delete(n);
        }
        expect(open.size).toBe(model.size);
      }
      expect(new Set(open)).toEqual(new Set(model.values()));
    }),
    { numRuns: 30 },
  );
});

it('may be emptied while it is read', () => {
  const open = new OpenCalls();
  for (let n = 0; n < 1000; n++) open.add({ index: n } as Call); // likewise
  let read = 0;
  for (const call of open) {
    open.delete(call);
    read++;
  }
  expect([read, open.size]).toEqual([1000, 0]);
});
