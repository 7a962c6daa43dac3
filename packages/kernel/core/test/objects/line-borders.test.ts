import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/objects/reading/byte-source.ts';
import { collect } from '../../src/objects/reading/byte-source.ts';
import { LineReader } from '../../src/objects/reading/line-reader.ts';
import { Newline } from '../../src/objects/reading/newline.ts';
import { wholeLines } from '../../src/objects/reading/partition-bytes.ts';
import { contents, linesOf, listed, newlines } from './object-contents.ts';

/** Chunks of this size, so that newlines lie across them. */
function memorySource(bytes: Buffer, chunk: number): ByteSource {
  return {
    open: async (start, end = bytes.length) => chunksOf(bytes.subarray(start, end), chunk),
    verify: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

/** The parts of an object with these borders. */
async function partsAt(bytes: Buffer, borders: readonly number[], newline: Newline, chunk: number): Promise<Buffer[]> {
  const source = memorySource(bytes, chunk);
  const parts: Buffer[] = [];
  for (const [i, start] of borders.entries()) {
    const end = borders[i + 1] ?? bytes.length;
    if (end > start) parts.push(await collect(wholeLines(source, { start, end, size: bytes.length }, newline)));
  }
  return parts;
}

describe('lines', () => {
  it('are found across chunks of any size', async () => {
    const cases = newlines.chain((newline) =>
      fc.tuple(
        fc.constant(newline),
        contents(newline),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.nat(), { maxLength: 8 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ([text, content, chunk, places]) => {
        const newline = new Newline(text);
        const bytes = Buffer.from(content.slice(0, 4000).toWellFormed());
        const borders = [0, ...places.map((place) => place % Math.max(1, bytes.length)).sort((a, b) => a - b)];
        const parts = await partsAt(bytes, borders, newline, chunk);
        expect(Buffer.concat(parts)).toEqual(bytes);
        const lines: string[] = [];
        for (const part of parts) lines.push(...(await listed(new LineReader(chunksOf(part, chunk), newline))));
        expect(lines).toEqual(linesOf(bytes.toString(), text));
      }),
      { numRuns: 150 },
    );
  });

  it.each(['\n', '€', 'aa', 'aba'])('ended by %j are found where reading goes on in a further window', async (text) => {
    const newline = new Newline(text);
    const window = 16 * 1024;
    for (let shift = -2 * newline.length; shift <= 2 * newline.length; shift++) {
      const filling = 'x'.repeat(window - newline.length + shift);
      const bytes = Buffer.from(`head${text}tail${filling}${text}a${filling}${text}${text}${text}rest`);
      const expected = linesOf(bytes.toString(), text);
      for (let border = 1; border <= 4 + 4 * newline.length; border++) {
        const parts = await partsAt(bytes, [0, border, window + border], newline, 5000);
        const lines = await Promise.all(parts.map((part) => listed(new LineReader(chunksOf(part, 777), newline))));
        expect(lines.flat()).toEqual(expected);
      }
    }
  });

  it('ended by what overlaps itself are found behind a long run of it', async () => {
    const newline = new Newline('\n\n');
    for (const length of [40_000, 40_001]) {
      const bytes = Buffer.from(`a${'\n'.repeat(length)}b\n\nc`);
      for (const border of [1, 2, 3, 39_999, 40_000, 40_001, 40_002]) {
        const parts = await partsAt(bytes, [0, border], newline, 1000);
        const lines = await Promise.all(parts.map((part) => listed(new LineReader(chunksOf(part, 999), newline))));
        expect(lines.flat()).toEqual(linesOf(bytes.toString(), '\n\n'));
      }
    }
  });
});
