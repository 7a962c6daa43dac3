import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareUtf8 } from './utf8-order.ts';

it('orders texts as their bytes are ordered', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('a', '/', '\u{e000}', '\uffff', '😀', '\u{10ffff}', '\ud7ff'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 6,
  });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 5000 },
  );
});
