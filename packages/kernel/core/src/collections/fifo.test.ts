import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fifo } from './fifo.ts';

it('gives back what was put in, in order, however pushes and shifts mix', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1500, max: 1500 }), { maxLength: 30 }), (steps) => {
      const line = new Fifo<{ readonly n: number }>();
      const model: { readonly n: number }[] = [];
      let n = 0;
      for (const step of steps) {
        for (let i = 0; i < step; i++) {
          const item = { n: n++ };
          line.push(item);
          model.push(item);
        }
        for (let i = 0; i > step; i--) expect(line.shift()).toBe(model.shift());
        expect(line.length).toBe(model.length);
        expect(line.peek()).toBe(model[0]);
      }
    }),
    { numRuns: 30 },
  );
});
