import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bodyParts, forEachAtOnce } from '../src/index.ts';

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const reused = new Uint8Array(64);
  for (const chunk of chunks) {
    reused.set(chunk);
    yield reused.subarray(0, chunk.length);
  }
}

it('cuts any body into parts of one size, whole and in order, though the source uses its buffer again', async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(chunks, fc.integer({ min: 1, max: 25 }), fc.boolean(), async (pieces, size, streamed) => {
      const whole = Buffer.concat(pieces);
      const parts: Uint8Array[] = [];
      for await (const part of bodyParts(streamed ? streamOf(pieces) : whole, size, undefined)) parts.push(part);
      expect(Buffer.concat(parts).equals(whole)).toBe(true);
      expect(parts.slice(0, -1).every((part) => part.length === size)).toBe(true);
      expect(parts.every((part) => part.length > 0)).toBe(true);
    }),
  );
});

it('ends a source when its reader stops or the signal is aborted, even one that is silent', async () => {
  let returned = 0;
  const silent: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        returned++;
        return { done: true, value: undefined };
      },
    }),
  };
  const controller = new AbortController();
  const next = bodyParts(silent, 10, controller.signal).next();
  controller.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
  expect(returned).toBe(1);
});

it('refuses chunks that are no bytes', async () => {
  async function* texts(): AsyncGenerator<unknown> {
    yield 'text';
  }
  const parts = bodyParts(texts() as AsyncIterable<Uint8Array>, 10, undefined); // what plain JavaScript may pass
  await expect(parts.next()).rejects.toThrow('one of its chunks is string');
});

it('runs at most so many at once, and takes nothing more after a failure', async () => {
  let running = 0;
  let most = 0;
  let taken = 0;
  function* items(): Generator<number> {
    for (; taken < 100; taken++) yield taken;
  }
  const run = async (item: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (item === 10) throw new RangeError('item 10');
  };
  await expect(forEachAtOnce(items(), 4, run)).rejects.toThrow('item 10');
  expect([most, running]).toEqual([4, 0]);
  expect(taken).toBeLessThan(16);
});
