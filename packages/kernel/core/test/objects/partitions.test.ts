import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { ObjectPartition } from '../../src/objects/object-partition.ts';
import {
  allBytes,
  allLines,
  atMost,
  chunkings,
  contents,
  linesOf,
  listed,
  newlines,
  partitionsOf,
} from './object-contents.ts';
import { serve, startServer } from './range-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'lithops-partitions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cases = newlines.chain((newline) => fc.tuple(fc.constant(newline), contents(newline), chunkings));
let files = 0;

function file(content: string | Uint8Array): URL {
  const path = join(folder, String(files++));
  writeFileSync(path, content);
  return pathToFileURL(path);
}

describe('parts of an object together', () => {
  it('are its lines and its bytes, of local files', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ([newline, text, chunking]) => {
        const url = file(text);
        const options = { ...atMost(12, Buffer.byteLength(text), chunking), objNewline: newline };
        const partitions = await partitionsOf([url], options);
        expect(await allLines(partitions)).toEqual(linesOf(text, newline));
        expect((await allBytes(partitions)).toString()).toBe(text);
        rmSync(url);
      }),
      { numRuns: 80 },
    );
  });

  it('are its lines and its bytes, by HTTP', async () => {
    await using server = await startServer(serve(Buffer.alloc(0)));
    await fc.assert(
      fc.asyncProperty(cases, async ([newline, text, chunking]) => {
        server.answer = serve(Buffer.from(text));
        const options = { ...atMost(6, Buffer.byteLength(text), chunking), objNewline: newline };
        const partitions = await partitionsOf([server.url], options);
        expect(await allLines(partitions)).toEqual(linesOf(text, newline));
        expect((await allBytes(partitions)).toString()).toBe(text);
      }),
      { numRuns: 40 },
    );
  });

  it('are any bytes, in exact ranges', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), chunkings, async (bytes, chunking) => {
        const url = file(bytes);
        const partitions = await partitionsOf([url], { ...chunking, objNewline: null });
        expect(await allBytes(partitions)).toEqual(Buffer.from(bytes));
        let next = 0;
        for (const partition of partitions) {
          const content = await partition.bytes();
          expect(content.length).toBe(partition.size);
          if (partition.range !== undefined) expect(partition.range).toEqual([next, next + content.length - 1]);
          next += content.length;
        }
        rmSync(url);
      }),
      { numRuns: 50 },
    );
  });

  it('are bytes that are no valid text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), chunkings, async (bytes, chunking) => {
        const url = file(bytes);
        const partitions = await partitionsOf([url], chunking);
        expect(await allBytes(partitions)).toEqual(Buffer.from(bytes));
        expect(await allLines(partitions)).toEqual(linesOf(Buffer.from(bytes).toString(), '\n'));
        rmSync(url);
      }),
      { numRuns: 50 },
    );
  });

  it('keep lines of several MB whole, wherever the borders are', async () => {
    const lines = ['short', 'x'.repeat(3_000_000), '', 'é'.repeat(2_500_000), 'end'];
    const text = `${lines.join('\r\n')}\r\n`;
    for (const objChunkSize of [100_000, 1_000_001, '2MB', '1GiB']) {
      const partitions = await partitionsOf([file(text)], { objChunkSize, objNewline: '\r\n' });
      expect((await allLines(partitions)).map((line) => line.length)).toEqual(lines.map((line) => line.length));
      expect((await allBytes(partitions)).equals(Buffer.from(text))).toBe(true);
    }
  });

  it('are one empty part for an empty object, and one byte for an object of one', async () => {
    const [empty, ...none] = await partitionsOf([file('')], { objChunkNumber: 3 });
    expect([none.length, empty?.part, empty?.totalParts, empty?.size, empty?.range]).toEqual([0, 1, 1, 0, undefined]);
    expect([await empty?.text(), await empty?.bytes(), await allLines([empty as never])]).toEqual([
      '',
      Buffer.alloc(0),
      [],
    ]);
    const partitions = await partitionsOf([file('x')], { objChunkNumber: 3 });
    expect(partitions.map(({ range }) => range)).toEqual([[0, 0]]);
    expect(await allLines(partitions)).toEqual(['x']);
  });

  it('give the same bytes in all five ways, as often as asked', async () => {
    const partitions = await partitionsOf([file('one\ntwo\nthree\nfour')], { objChunkNumber: 3 });
    for (const partition of partitions) {
      const text = await partition.text();
      expect(Buffer.from(await partition.bytes()).toString()).toBe(text);
      expect(await new Response(partition.stream()).text()).toBe(text);
      expect(await scanned(partition)).toBe(text);
      expect((await listed(partition.lines())).join('\n')).toBe(text.replace(/\n$/, ''));
    }
  });

  it('are scanned chunk after chunk, each valid until what is done with it is done, and as long as nothing fails', async () => {
    const text = Array.from({ length: 200_000 }, (_, i) => `line ${i}`).join('\n');
    const partitions = await partitionsOf([file(text)], { objChunkNumber: 3 });
    const texts: string[] = [];
    for (const partition of partitions) texts.push(await scanned(partition));
    expect(texts.join('')).toBe(text);
    let chunks = 0;
    const failing = partitions[0]?.scan(async () => {
      chunks++;
      throw new Error('enough');
    });
    await expect(failing).rejects.toThrow('enough');
    expect(chunks).toBe(1);
  });

  it('are no work where no line begins', async () => {
    const text = `first\n${'x'.repeat(500_000)}`;
    const partitions = await partitionsOf([file(text)], { objChunkNumber: 50 });
    expect(await Promise.all(partitions.map(async (partition) => (await partition.bytes()).length))).toEqual([
      text.length,
      ...Array.from({ length: 49 }, () => 0),
    ]);
  });

  it('can be read in part, and by several at once', async () => {
    const [partition] = await partitionsOf([file('a\nb\nc\nd\n')], {});
    const lines = partition?.lines();
    expect(await Promise.all([lines?.next(), lines?.next(), lines?.next()])).toEqual(
      ['a', 'b', 'c'].map((value) => ({ done: false, value })),
    );
    expect(await lines?.return?.()).toEqual({ done: true, value: undefined });
    expect(await lines?.next()).toEqual({ done: true, value: undefined });
    await partition?.stream().cancel();
  });
});

describe('a small object', () => {
  it('is asked for no more than needed', async () => {
    await using server = await startServer(serve(Buffer.from('one\ntwo\nthree\n')));
    const [first, second] = await partitionsOf([server.url], { objChunkNumber: 2 });
    server.asked.length = 0;
    expect([await first?.text(), await second?.text()]).toEqual(['one\ntwo\n', 'three\n']);
    // One for the body and one for the end of the last line; the last part has no such end.
    expect(server.asked.sort()).toEqual(['bytes=0-6', 'bytes=6-13', 'bytes=6-13']);
  });
});

async function scanned(partition: ObjectPartition): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  await partition.scan(async (chunk) => {
    // Somebody who takes his time.
    await new Promise(setImmediate);
    text += decoder.decode(chunk, { stream: true });
  });
  return text + decoder.decode();
}
