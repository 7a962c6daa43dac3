import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type CloudObject,
  FunctionExecutor,
  type ObjectPartition,
  objects,
  StorageError,
  StorageNoSuchKeyError,
} from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'lithops-objects-'));
const config = { localhost: { storageRoot: join(folder, 'storage'), workerProcesses: 2 } };
const fexec = new FunctionExecutor({ config });
const { storage } = fexec;
afterAll(async () => {
  await fexec.close();
  rmSync(folder, { recursive: true, force: true });
});

let buckets = 0;

/** A bucket of its own with these objects. */
async function bucketOf(contents: Readonly<Record<string, string>>): Promise<string> {
  const bucket = `b${buckets++}`;
  await storage.createBucket(bucket);
  for (const [key, content] of Object.entries(contents)) await storage.putObject(bucket, key, content);
  return bucket;
}

const text = (part: ObjectPartition) => part.text();
const keyAndPart = ({ key, part, totalParts }: ObjectPartition) => `${key} ${part}/${totalParts}`;

async function linesOf(part: ObjectPartition): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of part.lines()) lines.push(line);
  return lines;
}

describe('a function over objects', () => {
  it('gets every part of a bucket, a prefix, a pattern or a key, in order', async () => {
    const bucket = await bucketOf({
      'a/2.txt': 'two',
      'a/1.txt': 'one one',
      'a/b/3.csv': 'three',
      'z.txt': 'z',
      'a/': '',
    });
    const at = (path: string) => objects(`localhost://${bucket}${path}`);
    const found = async (path: string, options = {}) => fexec.map(keyAndPart, at(path), options).result();
    expect(await found('')).toEqual(['a/1.txt 1/1', 'a/2.txt 1/1', 'a/b/3.csv 1/1', 'z.txt 1/1']);
    expect(await found('/')).toHaveLength(4);
    expect(await found('/a/', { objChunkNumber: 2 })).toEqual([
      'a/1.txt 1/2',
      'a/1.txt 2/2',
      'a/2.txt 1/2',
      'a/2.txt 2/2',
      'a/b/3.csv 1/2',
      'a/b/3.csv 2/2',
    ]);
    expect(await found('/a/*.txt')).toEqual(['a/1.txt 1/1', 'a/2.txt 1/1']);
    expect(await found('/**/*.csv')).toEqual(['a/b/3.csv 1/1']);
    expect(await found('/z.txt')).toEqual(['z.txt 1/1']);
    // The job's own objects are none of the user's.
    await storage.putObject(bucket, 'lithops.jobs/x', 'internal');
    expect(await found('')).toHaveLength(4);
  });

  it('may mix storages, files and CloudObjects; the list is filled while it is used', async () => {
    const bucket = await bucketOf({ key: 'in storage' });
    writeFileSync(join(folder, 'local.txt'), 'in a file');
    const object = await storage.putCloudObject('in a CloudObject');
    const sources = [`localhost://${bucket}/key`, pathToFileURL(join(folder, 'local.txt')), object];
    const list = fexec.map(text, objects(sources));
    expect(list).toHaveLength(0);
    await list.submitted;
    expect(list).toHaveLength(3);
    expect(await fexec.getResult()).toEqual(['in storage', 'in a file', 'in a CloudObject']);
    expect(await fexec.map(text, objects([])).result()).toEqual([]);
  });

  it('reads from a storage that is not the executor’s own, with what that one needs and nothing else', async () => {
    const bucket = await bucketOf({ key: 'elsewhere' });
    const sections: Record<string, Record<string, unknown>> = {
      lithops: { storage: 'redis' },
      redis: { host: '127.0.0.1' },
      minio: { password: 'secret' },
    };
    await using other = new FunctionExecutor({ config: { ...sections, ...config } });
    const readAndPry = async (part: ObjectPartition) => {
      const scope = Reflect.get(globalThis, Symbol.for('lithops.task'));
      try {
        scope.storage('minio');
      } catch (error) {
        return [await part.text(), String(error), JSON.stringify(scope.executorConfig())];
      }
      return [];
    };
    const [[content, refusal, inherited] = []] = await other
      .map(readAndPry, objects(`localhost://${bucket}/key`))
      .result();
    expect(content).toBe('elsewhere');
    expect(refusal).toMatch(/TypeError: this task cannot read from storage minio/);
    expect(inherited).not.toContain('secret');
  });

  it('divides lines exactly, whatever they are', async () => {
    const bucket = await bucketOf({});
    const newlines = fc.constantFrom('\n', '\r\n', '\n\n', '€');
    const pieces = fc.array(fc.oneof(newlines, fc.constantFrom('', 'a', 'é', '\r', '\n', '𝄞'), fc.string()), {
      maxLength: 30,
    });
    const cases = fc.record({ newline: newlines, pieces, parts: fc.integer({ min: 1, max: 6 }) });
    await fc.assert(
      fc.asyncProperty(cases, async ({ newline, pieces: written, parts }) => {
        const content = written.join('').toWellFormed();
        await storage.putObject(bucket, 'object', content);
        const source = objects(`localhost://${bucket}/object`);
        const lines = await fexec.map(linesOf, source, { objChunkNumber: parts, objNewline: newline }).result();
        const expected = content.split(newline);
        if (expected.at(-1) === '') expected.pop();
        expect(lines.flat()).toEqual(expected);
        const bytes = await fexec
          .map((part: ObjectPartition) => part.bytes(), source, { objChunkNumber: parts, objNewline: null })
          .result();
        expect(Buffer.concat(bytes).toString()).toBe(content);
      }),
      { numRuns: 40 },
    );
  });

  it('may be a stream, which lists no further than it is read', async () => {
    const bucket = await bucketOf({ object: 'abcdefghij' });
    const stream = fexec.mapStream(text, objects(`localhost://${bucket}/object`), {
      objChunkSize: 3,
      objNewline: null,
    });
    const read: string[] = [];
    for await (const part of stream) read.push(part);
    expect(read).toEqual(['abc', 'def', 'ghi', 'j']);
  });

  it('may be a built-in, may return its partition, and may hand it on', async () => {
    const bucket = await bucketOf({ object: 'one\ntwo\n' });
    const source = objects(`localhost://${bucket}/object`);
    expect(await fexec.map(String, source, { objChunkNumber: 2 }).result()).toEqual([
      `localhost://${bucket}/object (part 1 of 2)`,
      `localhost://${bucket}/object (part 2 of 2)`,
    ]);
    const [partition] = await fexec.map((part: ObjectPartition) => part, source).result();
    expect(partition).toMatchObject({ bucket, key: 'object', size: 8, part: 1 });
    await expect(partition?.text()).rejects.toThrow(/are read inside of tasks/);
  });

  it('costs little for each of thousands of parts', async () => {
    const bucket = await bucketOf({ object: 'x'.repeat(5000) });
    const list = fexec.map((part: ObjectPartition) => part.part, objects(`localhost://${bucket}/object`), {
      objChunkSize: 1,
    });
    expect(await list.result()).toEqual(Array.from({ length: 5000 }, (_, i) => i + 1));
  });
});

describe('objects that are not as they should be', () => {
  it('are told before anything runs: no match, no bucket, no key, no storage', async () => {
    const bucket = await bucketOf({ 'folder/key': 'x' });
    const failure = (source: string | CloudObject) =>
      fexec
        .map(text, objects(source))
        .result()
        .catch((error: unknown) => error);
    expect(await failure(`localhost://${bucket}/nothing/`)).toMatchObject({
      message: expect.stringContaining(`no objects were found at localhost://${bucket}/nothing/`),
    });
    expect(await failure('localhost://no-such-bucket/')).toMatchObject({
      message: expect.stringContaining('no-such-bucket'),
    });
    const missing = await failure(`localhost://${bucket}/folder`);
    expect(missing).toBeInstanceOf(StorageNoSuchKeyError);
    expect(missing).toMatchObject({
      bucket,
      key: 'folder',
      hint: expect.stringContaining(`'localhost://${bucket}/folder/'`),
    });
    expect(await failure('redos://bucket/')).toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      message: expect.stringContaining("did you mean 'redis'"),
    });
    await expect(fexec.getResult()).rejects.toThrow(/redos|no objects|no-such-bucket|folder/);
    while (
      await fexec.getResult().then(
        () => false,
        () => true,
      )
    );
  });

  it('are told as the errors they are when they were deleted or changed since', async () => {
    const bucket = await bucketOf({ 'a-waits': 'x', deleted: 'to be deleted', rewritten: 'to be rewritten' });
    const change = async (part: ObjectPartition, other: string) => {
      const { Storage } = await import('@lithops/core');
      await using own = new Storage({ config: JSON.parse(other) });
      if (part.key === 'deleted') await own.deleteObject(part.bucket ?? '', part.key);
      if (part.key === 'rewritten') await own.putObject(part.bucket ?? '', part.key, 'something of another length');
      return await part.text();
    };
    const futures = fexec.map(change, objects(`localhost://${bucket}`), { extraArgs: [JSON.stringify(config)] });
    await futures.wait({ throwExcept: false });
    const [, deleted, rewritten] = Array.from(futures, ({ error }) => error);
    expect(deleted).toBeInstanceOf(StorageNoSuchKeyError);
    expect(deleted).toMatchObject({
      key: 'deleted',
      message: expect.stringContaining('has been deleted since the job was made'),
    });
    expect(rewritten).toBeInstanceOf(StorageError);
    expect(String(rewritten)).toContain('it had 15 bytes and now has 27');
    await fexec.getResult(futures, { throwExcept: false });
  });

  it('or options that are not for them, are refused at once', () => {
    expect(() => fexec.map(text, objects('localhost://b'), { objChunkSize: 0 })).toThrow(RangeError);
    expect(() => fexec.map(text, objects('localhost://b'), { objChunkSize: 1, objChunkNumber: 1 })).toThrow(TypeError);
    expect(() => fexec.map((n: number) => n, [1], { objChunkSize: 5 })).toThrow(
      /wrap the source as in map\(fn, objects\(/,
    );
    expect(() => fexec.mapStream((n: number) => n, [1], { objNewline: null, objChunkNumber: 2 })).toThrow(
      /objChunkNumber divides objects/,
    );
  });
});
