import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parseByteSize } from '../../src/objects/byte-size.ts';
import { GlobPattern } from '../../src/objects/glob-pattern.ts';
import { objects } from '../../src/objects/object-list.ts';
import { parseSource } from '../../src/objects/object-source.ts';
import { type PartitionOptions, partitionRule } from '../../src/objects/partition-options.ts';
import { CloudObject } from '../../src/storage/cloud-object.ts';
import { partitionsOf } from './object-contents.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lithops-sources-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a source', () => {
  it.each([
    ['aws_s3://books', { kind: 'keys', backend: 'aws_s3', bucket: 'books', prefix: '' }],
    ['s3://books/', { kind: 'keys', backend: 'aws_s3', bucket: 'books', prefix: '' }],
    ['cos://books/a/', { kind: 'keys', backend: 'ibm_cos', bucket: 'books', prefix: 'a/' }],
    ['gs://books/a', { kind: 'key', backend: 'gcp_storage', bucket: 'books', key: 'a' }],
    ['localhost://b/k [1] {2}?.txt', { kind: 'key', backend: 'localhost', bucket: 'b', key: 'k [1] {2}?.txt' }],
    ['redis://b/2026/*.csv', { kind: 'keys', backend: 'redis', bucket: 'b', prefix: '2026/' }],
    ['file:///data/a.txt', { kind: 'file', path: '/data/a.txt' }],
    ['file:///data/50%/a%20b.txt', { kind: 'file', path: '/data/50%/a%20b.txt' }],
    ['file:///data/a%20b.txt', { kind: 'file', path: '/data/a b.txt' }],
    ['file://data/a.txt', { kind: 'file', path: join(process.cwd(), 'data/a.txt') }],
    ['file:///data/x%2A/*.txt', { kind: 'files', folder: '/data/x*' }],
    ['https://host/a?b=c', { kind: 'url', url: 'https://host/a?b=c' }],
  ])('%s is understood', (text, expected) => {
    expect(parseSource(text)).toMatchObject(expected);
  });

  it('may be a URL or a CloudObject, of any copy of core', () => {
    expect(parseSource(new URL('file:///a/b'))).toMatchObject({ kind: 'file', path: '/a/b' });
    expect(parseSource(new CloudObject('redis', 'b', 'k*'))).toMatchObject({ kind: 'key', key: 'k*' });
    expect(parseSource({ backend: 'redis', bucket: 'b', key: 'k' } as CloudObject)).toMatchObject({ kind: 'key' });
  });

  it.each([
    ['books/a', /'books\/a' is no source of objects; write '<storage>:\/\/bucket\/prefix\/'/],
    ['aws_s3://', /names no bucket/],
    ['aws_s3:///key', /names no bucket/],
    ['aws_s3://b*/key', /a bucket is named in full/],
    ['http://', /no valid URL/],
    [42 as never, /not number/],
    [null as never, /not null/],
    [['a'] as never, /a list in a list/],
    [{ backend: 'a', bucket: 'b' } as never, /not object/],
  ])('%s is refused', (source, message) => {
    expect(() => objects([source])).toThrow(TypeError);
    expect(() => objects([source])).toThrow(message);
  });

  it('that is a URL is told without its secrets', () => {
    expect(parseSource('https://me:secret@host/a?signature=secret').name).toBe('https://host/a?...');
  });
});

describe('a pattern', () => {
  it.each([
    ['a/*.txt', ['a/.txt', 'a/b.txt'], ['a/b/c.txt', 'a/b.txts', 'xa/b.txt']],
    ['a/**', ['a/b', 'a/b/c'], ['b/a']],
    ['a/**/c', ['a/c', 'a/b/c', 'a/b/b/c'], ['a/bc', 'ac']],
    ['a+(b)[c]?.{d}^$|\\*', ['a+(b)[c]?.{d}^$|\\x'], ['aab']],
  ])('%s matches what it says', (pattern, matching, others) => {
    const glob = new GlobPattern(pattern);
    expect(matching.filter((text) => !glob.matches(text))).toEqual([]);
    expect(others.filter((text) => glob.matches(text))).toEqual([]);
  });
});

describe('files', () => {
  const at = (path: string) => `${pathToFileURL(folder).href}/${path}`;
  const put = (path: string, text = path) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const found = async (...sources: string[]) =>
    (await partitionsOf(sources, {})).map(({ path = '' }) => path.slice(folder.length + 1));

  it('are found below folders and by patterns, in order, without hidden ones', async () => {
    for (const path of ['t/b.txt', 't/a.txt', 't/a/x.txt', 't/a-b.txt', 't/.hidden/x', 't/c/d/e.csv', 't/.h'])
      put(path);
    symlinkSync(join(folder, 't/b.txt'), join(folder, 't/link.txt'));
    symlinkSync(join(folder, 't'), join(folder, 't/loop'));
    expect(await found(at('t'))).toEqual(['t/a-b.txt', 't/a.txt', 't/a/x.txt', 't/b.txt', 't/c/d/e.csv', 't/link.txt']);
    expect(await found(at('t/*.txt'))).toEqual(['t/a-b.txt', 't/a.txt', 't/b.txt', 't/link.txt']);
    expect(await found(at('t/**/*.csv'), at('t/a*'))).toEqual(['t/c/d/e.csv', 't/a-b.txt', 't/a.txt']);
  });

  it.each(['missing.txt', 'missing/*', 'm*'])(
    'that are not there (%s) are an error that names the source',
    async (path) => {
      await expect(partitionsOf([at(path)], {})).rejects.toThrow(`no objects were found at ${at(path)}`);
    },
  );

  it('that change, shrink or go away before they are read are errors', async () => {
    put('changing', 'one\ntwo\n');
    const [first, second] = await partitionsOf([at('changing')], { objChunkNumber: 2 });
    put('changing', 'one\ntwo\nthree\n');
    await expect(first?.text()).rejects.toThrow(
      /changing has changed since the job was made: it had 8 bytes and now has 14/,
    );
    put('changing', 'eno\nowt\n');
    await expect(second?.text()).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('it has been written to'),
    });
    rmSync(join(folder, 'changing'));
    await expect(second?.text()).rejects.toMatchObject({
      reason: 'no-such-key',
      message: expect.stringContaining('has been deleted'),
    });
  });

  it('that change while they are read are an error', async () => {
    put('growing', 'x'.repeat(1_000_000));
    const [partition] = await partitionsOf([at('growing')], {});
    const reader = partition?.stream().getReader();
    await reader?.read();
    writeFileSync(join(folder, 'growing'), 'y', { flag: 'a' });
    const readOn = async () => {
      for (let done = false; !done; ) done = (await reader?.read())?.done ?? true;
    };
    await expect(readOn()).rejects.toThrow(/growing has changed/);
  });
});

describe('options', () => {
  it.each([
    [{ objChunkSize: 0 }, /objChunkSize is a number of bytes from 1.*not 0/],
    [{ objChunkSize: -5 }, /not -5/],
    [{ objChunkSize: Number.NaN }, /objChunkSize/],
    [{ objChunkSize: 1.5 }, /not 1.5/],
    [{ objChunkSize: '0MB' }, /not "0MB"/],
    [{ objChunkSize: '64 potatoes' }, /64 potatoes/],
    [{ objChunkSize: '' }, /objChunkSize/],
    [{ objChunkNumber: 0 }, /objChunkNumber is a whole number from 1, not 0/],
    [{ objChunkNumber: 2.5 }, /not 2.5/],
    [{ objChunkSize: 1, objChunkNumber: 1 }, /give one of them/],
    [{ objNewline: '' }, /objNewline/],
    [{ objNewline: '\uD800' }, /valid Unicode/],
    [{ objNewline: 10 as never }, /not number/],
  ] satisfies [PartitionOptions, RegExp][])('%j is refused', (options, message) => {
    expect(() => partitionRule(options)).toThrow(message);
  });

  it('tell sizes in the usual units', () => {
    const sizes = ['64MB', '1GiB', ' 1.5 kb ', '7', 'b1'];
    expect(sizes.slice(0, 4).map((size) => parseByteSize(size, 'size'))).toEqual([64_000_000, 2 ** 30, 1500, 7]);
    expect(() => parseByteSize('b1', 'size')).toThrow(RangeError);
  });

  it('divide into parts that are whole and next to each other', () => {
    for (const size of [0, 1, 2, 9, 10, 11, 100])
      for (const options of [
        {},
        { objChunkSize: 1 },
        { objChunkSize: 10 },
        { objChunkNumber: 3 },
        { objChunkNumber: 100 },
      ]) {
        const parts = partitionRule(options).divide(size);
        expect(parts.at(0)?.start).toBe(0);
        expect(parts.at(-1)?.end).toBe(size);
        for (const [i, { start, end }] of parts.entries()) {
          expect(end).toBeGreaterThan(size === 0 ? -1 : start);
          if (i > 0) expect(start).toBe(parts[i - 1]?.end);
        }
      }
    expect(partitionRule({ objChunkNumber: 3 }).divide(10)).toHaveLength(3);
    expect(partitionRule({ objChunkSize: 4 }).divide(10)).toHaveLength(3);
  });
});
