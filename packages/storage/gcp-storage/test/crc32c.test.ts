import { CRC32C } from '@google-cloud/storage';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Crc32c } from '../src/crc32c.ts';

it('sums up any bytes, in any pieces, as the client of Google does', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (pieces) => {
      const [ours, theirs] = [new Crc32c(), new CRC32C()];
      for (const piece of pieces) {
        ours.update(piece);
        theirs.update(Buffer.from(piece));
      }
      expect(ours.toString()).toBe(theirs.toString());
    }),
    { examples: [[[]], [[Buffer.from('123456789')]]] },
  );
});
