import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { storedGzip } from '../src/worker/stored-gzip.ts';

it('any bytes come out of their envelope, those at the borders of blocks too', () => {
  const sizes = fc.oneof(fc.nat(300), fc.constantFrom(0, 65_534, 65_535, 65_536, 131_070, 131_071, 200_000));
  fc.assert(
    fc.property(sizes, fc.nat(255), (size, seed) => {
      const bytes = new Uint8Array(size).map((_, i) => (i * 31 + seed) % 256);
      expect(gunzipSync(storedGzip(bytes)).equals(bytes)).toBe(true);
    }),
  );
});
