import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually } from '@lithops/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CloudObject, ConfigError, FunctionExecutor, type ObjectPartition, objects } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'lithops-map-reduce-'));
const fexec = new FunctionExecutor({
  config: { localhost: { storageRoot: join(folder, 'storage'), workerProcesses: 2 } },
});

/** Five texts of different sizes over the same vocabulary. */
const vocabulary = Array.from({ length: 200 }, (_, i) => `${'abcdefghij'[i % 10]}${'klmno'[i % 5]}${i}`);
const texts = new Map<string, string>(
  Array.from({ length: 5 }, (_, t) => {
    const lines = Array.from({ length: 400 * (t + 1) }, (__, l) =>
      Array.from({ length: (l + t) % 12 }, (___, w) => vocabulary[(l * 7 + w * 13 + t) % vocabulary.length]).join(' '),
    );
    return [`text-${t}.txt`, `${lines.join('\n')}\n`] as const;
  }),
);
const BUCKET = 'texts';

type Counts = Record<string, number>;

const countWords = async (part: ObjectPartition): Promise<Counts> => {
  const counts: Counts = {};
  for await (const line of part.lines()) {
    for (const word of line.split(' ')) if (word !== '') counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
};

const sum = (results: readonly Counts[]): Counts => {
  const total: Counts = {};
  for (const counts of results)
    for (const [word, count] of Object.entries(counts)) total[word] = (total[word] ?? 0) + count;
  return total;
};

/** The same, without Lithops. */
function direct(...names: string[]): Counts {
  const counts: Counts = {};
  for (const name of names)
    for (const [word] of (texts.get(name) ?? '').matchAll(/\S+/g)) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

const names = [...texts.keys()];
const all = direct(...names);
const each = names.map((name) => direct(name));
const bytes = (name: string) => Buffer.byteLength(texts.get(name) ?? '');

beforeAll(async () => {
  for (const [name, text] of texts) {
    await fexec.storage.putObject(BUCKET, `books/${name}`, text);
    writeFileSync(join(folder, name), text);
  }
});
afterAll(async () => {
  await fexec.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('mapReduce', () => {
  const bucket = objects(`localhost://${BUCKET}`);
  const first = `localhost://${BUCKET}/books/${names[0]}`;

  it('reduces plain values', async () => {
    const add = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
    const pairs: [number, number][] = [[1, 1], [2, 2], [3, 3], [4, 4]]; // biome-ignore format: a table
    expect(await fexec.mapReduce(([x, y]: [number, number]) => x + y, pairs, add).result()).toBe(20);
  });

  it('reduces a bucket', async () => {
    expect(await fexec.mapReduce(countWords, bucket, sum).result()).toEqual(all);
  });

  it('reduces a bucket object by object', async () => {
    const reduced = fexec.mapReduce(countWords, bucket, sum, { reducerOnePerObject: true });
    expect(await reduced.result()).toEqual(each);
  });

  it('reduces keys', async () => {
    const keys = names.map((name) => `localhost://${BUCKET}/books/${name}`);
    expect(await fexec.mapReduce(countWords, objects(keys), sum).result()).toEqual(all);
  });

  it('reduces keys object by object', async () => {
    const keys = names.toReversed().map((name) => `localhost://${BUCKET}/books/${name}`);
    const reduced = fexec.mapReduce(countWords, objects(keys), sum, { reducerOnePerObject: true });
    expect(await reduced.result()).toEqual(each.toReversed());
  });

  it('reduces URLs', async () => {
    const server = createServer((request, response) => {
      const text = Buffer.from(texts.get(request.url?.slice(1) ?? '') ?? '');
      const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      if (start === undefined) return response.writeHead(200, { 'content-length': text.length }).end(text);
      const part = text.subarray(Number(start), Number(last) + 1);
      const range = `bytes ${start}-${Number(start) + part.length - 1}/${text.length}`;
      return response.writeHead(206, { 'content-length': part.length, 'content-range': range }).end(part);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const urls = names.map((name) => `http://127.0.0.1:${port}/${name}`);
      expect(await fexec.mapReduce(countWords, objects(urls), sum, { objChunkNumber: 2 }).result()).toEqual(all);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('reduces a bucket in chunks of a size', async () => {
    const objChunkSize = 20_000;
    const parts = fexec.map(countWords, bucket, { objChunkSize });
    expect(await parts.result().then(sum)).toEqual(all);
    expect(parts).toHaveLength(names.reduce((total, name) => total + Math.ceil(bytes(name) / objChunkSize), 0));
    expect(await fexec.mapReduce(countWords, bucket, sum, { objChunkSize }).result()).toEqual(all);
  });

  it('reduces a bucket in a number of chunks', async () => {
    const parts = fexec.map(countWords, bucket, { objChunkNumber: 2 });
    await parts.submitted;
    expect(parts).toHaveLength(names.length * 2);
    expect(await fexec.mapReduce(countWords, bucket, sum, { objChunkNumber: 2 }).result()).toEqual(all);
    await parts.result();
  });

  it('reduces a bucket in chunks of a size object by object', async () => {
    const reduced = fexec.mapReduce(countWords, bucket, sum, { objChunkSize: '20kB', reducerOnePerObject: true });
    expect(await reduced.result()).toEqual(each);
  });

  it('reduces a bucket in a number of chunks object by object', async () => {
    const reduced = fexec.mapReduce(countWords, bucket, sum, { objChunkNumber: 2, reducerOnePerObject: true });
    await reduced.submitted;
    expect(reduced).toHaveLength(names.length);
    expect(await reduced.result()).toEqual(each);
  });

  it('reduces a prefix, a pattern and a CloudObject', async () => {
    const prefix = objects(`localhost://${BUCKET}/books/`);
    expect(await fexec.mapReduce(countWords, prefix, sum, { objChunkNumber: 3 }).result()).toEqual(all);
    const pattern = objects(`localhost://${BUCKET}/books/*-[0-9].txt`.replace('[0-9]', '*'));
    expect(await fexec.mapReduce(countWords, pattern, sum).result()).toEqual(all);
    const object = new CloudObject('localhost', BUCKET, `books/${names[1]}`);
    expect(await fexec.mapReduce(countWords, objects(object), sum).result()).toEqual(each[1]);
  });

  it('reduces local files', async () => {
    const files = objects(`${pathToFileURL(folder).href}/*.txt`);
    expect(await fexec.mapReduce(countWords, files, sum, { objChunkNumber: 4 }).result()).toEqual(all);
  });

  it('takes futures, iterables of any kind, and further arguments', async () => {
    const numbers = fexec.map((n: number) => n * 10, [1, 2, 3]);
    const join_ = (results: readonly number[], between: string) => results.join(between);
    const add = (n: number, more: number) => n + more;
    const options = { extraArgs: [1], extraArgsReduce: ['-'] };
    expect(await fexec.mapReduce(add, numbers, join_, options).result()).toBe('11-21-31');
    expect(
      await numbers
        .mapReduce(
          (n: number) => n + 1,
          (results: number[]) => results.length,
        )
        .result(),
    ).toBe(3);
    async function* later() {
      yield* [1, 2];
    }
    expect(await fexec.mapReduce(add, later(), join_, options).result()).toBe('2-3');
    expect(await fexec.mapReduce(add, new Set([5]), join_, options).result()).toBe('6');
    expect(await fexec.mapReduce(add, [], join_, options).result()).toBe('');
    // What was mapped in between is nobody's result.
    expect((await fexec.getResult()).length).toBe(0);
  });

  it('fails with what a map call or a source fails with', async () => {
    const failing = fexec.mapReduce(
      (n: number) => {
        if (n === 2) throw new RangeError('two');
        return n;
      },
      [1, 2, 3],
      (results: number[]) => results,
    );
    await expect(failing.result()).rejects.toThrow(new RangeError('two'));
    const missing = objects([first, `localhost://${BUCKET}/missing/`]);
    await expect(fexec.mapReduce(countWords, missing, sum).result()).rejects.toThrow(
      /no objects were found at localhost:\/\/texts\/missing\//,
    );
    const perObject = fexec.mapReduce(countWords, missing, sum, { reducerOnePerObject: true });
    await expect(perObject.result()).rejects.toThrow(/no objects were found/);
    expect(await perObject[0]?.result()).toEqual(each[0]);
    await expect(fexec.getResult()).rejects.toThrow(/no objects were found/);
  });

  it('submits the reduce call when so many map calls have ended, and counts its time from there', async () => {
    const gate = join(folder, 'gate');
    const ended = async (n: number, until: string) => {
      const { existsSync: exists } = await import('node:fs');
      while (n === 4 && !exists(until)) await new Promise((resolve) => setTimeout(resolve, 5));
      return Date.now();
    };
    const times = (results: readonly number[]) => results;
    const run = (spawnReducer?: number) =>
      fexec.mapReduce(ended, [0, 1, 2, 3, 4], times, {
        extraArgs: [gate],
        ...(spawnReducer !== undefined && { spawnReducer }),
      });
    const [early, atOnce, late] = [run(), run(0), run(100)];
    const made = late.stats.hostSubmittedAt;
    await eventually(() => expect(early.stats.hostSubmittedAt).toBeGreaterThan(made));
    expect(existsSync(gate)).toBe(false);
    writeFileSync(gate, '');
    const results = await late.result();
    expect(Math.floor(late.stats.hostSubmittedAt)).toBeGreaterThanOrEqual(Math.max(...results) - 1);
    expect(atOnce.stats.hostSubmittedAt).toBeLessThanOrEqual(made);
    await Promise.all([early.result(), atOnce.result()]);
  });

  it('says so where memory cannot be chosen for a job', async () => {
    const count = (results: readonly number[]) => results.length;
    const same = (n: number) => n;
    for (const options of [{ mapRuntimeMemory: 512 }, { reduceRuntimeMemory: 512 }, { runtimeMemory: 512 }]) {
      const error: unknown = await fexec
        .mapReduce(same, [1], count, options)
        .result()
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConfigError);
      expect(String(error)).toContain('a job asks for 512 MB of memory');
    }
    await expect(fexec.map(same, [1], { runtimeMemory: 512 }).result()).rejects.toThrow(ConfigError);
  });

  it('takes whatever can be gone through, and says so of what cannot', async () => {
    const same = (n: unknown) => n;
    expect(await fexec.map(same, 'ab').result()).toEqual(['a', 'b']);
    expect(await fexec.map(same, new Map([[1, 2]]).values()).result()).toEqual([2]);
    const mapped = (items: unknown) => () => fexec.map(same, items as unknown[]);
    expect(mapped(undefined)).toThrow(/^items were expected in an array or another iterable, not undefined$/);
    expect(mapped(5)).toThrow(/not a number; callAsync\(fn, item\) takes a single one/);
    expect(mapped({ a: 1 })).toThrow(/not an object that is not iterable; callAsync/);
    expect(mapped(Promise.resolve([1]))).toThrow(/not a promise of one; await it first/);
    expect(() => fexec.mapStream(same, null as never)).toThrow(/not null/);
  });

  it('refuses options that mean nothing', () => {
    const count = (results: readonly unknown[]) => results.length;
    const same = (n: number) => n;
    const reduce = (options: object) => () => fexec.mapReduce(same, [1], count, options);
    expect(reduce({ spawnReducer: 101 })).toThrow(/spawnReducer is a percentage from 0 to 100, not 101/);
    expect(reduce({ spawnReducer: Number.NaN })).toThrow(RangeError);
    expect(reduce({ mapRuntimeMemory: 0 })).toThrow(/mapRuntimeMemory is a whole number from 1/);
    expect(reduce({ extraArgsReduce: 'x' })).toThrow(/extraArgsReduce is a list/);
    expect(reduce({ reducerOnePerObject: true })).toThrow(/reducerOnePerObject is for objects/);
    expect(reduce({ reducerOnePerObjects: true })).toThrow(
      /mapReduce has no option 'reducerOnePerObjects'; did you mean 'reducerOnePerObject'/,
    );
  });
});
