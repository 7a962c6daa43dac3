import { StorageError } from '@lithops/core/plugin';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { resumedBytes } from '../src/index.ts';

const lost = () => new StorageError('lost', { reason: 'unavailable' });

async function read(bytes: AsyncIterable<Uint8Array>): Promise<number[]> {
  const found: number[] = [];
  for await (const chunk of bytes) found.push(...chunk);
  return found;
}

it('reads each byte once, wherever the connection is lost', async () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 5 }), fc.boolean(), async (cuts, fails) => {
      const lengths = [...cuts];
      const open = async (position: number) =>
        (async function* () {
          const length = lengths.shift();
          yield bytes.subarray(position, position + (length ?? 40));
          if (length !== undefined && fails) throw lost();
        })();
      const object = { name: 'b/k', start: 0, end: 40, open, understood: (error: unknown) => error };
      expect(await read(resumedBytes(object, undefined))).toEqual([...bytes]);
    }),
    { numRuns: 5 },
  );
});

it('gives up when it fails again and again, and at once when trying again is of no use', async () => {
  let opened = 0;
  const failing = (error: Error) => ({
    ...{ name: 'b/k', start: 0, end: 40, understood: (reason: unknown) => reason },
    open: async () => {
      opened++;
      throw error;
    },
  });
  await expect(read(resumedBytes(failing(lost()), undefined))).rejects.toThrow('lost');
  expect(opened).toBe(4);
  const replaced = new StorageError('replaced');
  await expect(read(resumedBytes(failing(replaced), undefined))).rejects.toBe(replaced);
  expect(opened).toBe(5);
});
