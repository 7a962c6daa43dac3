import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionExecutor } from '@lithops/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import localhost, { storage } from '../src/index.ts';

let folder: string;
let runs: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lithops-cache-'));
  runs = join(folder, 'runs');
  appendFileSync(runs, '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function createExecutor(storageRoot = join(folder, 'storage')): FunctionExecutor {
  return new FunctionExecutor({
    backend: { plugin: localhost, config: { workerProcesses: 2 } },
    storage: { plugin: storage, config: { storageRoot } },
  });
}

/** Which items were run, in their order, since the last look. */
function ranItems(): string[] {
  const lines = readFileSync(runs, 'utf8').split('\n').filter(Boolean).sort();
  rmSync(runs);
  appendFileSync(runs, '');
  return lines;
}

function squareFrom(file: string, factor = 1): (n: number) => Promise<number> {
  return async (n) => {
    const { appendFileSync: append } = await import('node:fs');
    append(file, `${n}\n`);
    return n * n * factor;
  };
}

describe('with cache: true', () => {
  it('a second run computes only what changed', async () => {
    const square = squareFrom(runs);
    {
      await using fexec = createExecutor();
      expect(await fexec.map(square, [1, 2, 3], { cache: true }).result()).toEqual([1, 4, 9]);
      expect(ranItems()).toEqual(['1', '2', '3']);
    }
    await using fexec = createExecutor();
    const list = fexec.map(square, [3, 4, 1, 2], { cache: true });
    expect(await list.result()).toEqual([9, 16, 1, 4]);
    expect(ranItems()).toEqual(['4']);
    expect(Array.from(list, ({ stats }) => stats.cached ?? false)).toEqual([true, false, true, true]);
    expect(Array.from(list, ({ stats }) => stats.attempts)).toEqual([0, 1, 0, 0]);
  });

  it('another function, capture, extra argument or environment is another result', async () => {
    await using fexec = createExecutor();
    const results = async (factor: number, options: object) =>
      (await fexec.map(squareFrom(runs, factor), [2], { cache: true, ...options }).result())[0];
    expect(await results(1, {})).toBe(4);
    expect(await results(10, {})).toBe(40);
    expect(await results(1, { extraArgs: ['more'] })).toBe(4);
    expect(await results(1, { extraEnv: { MORE: '1' } })).toBe(4);
    expect(ranItems()).toHaveLength(4);
    expect(await results(10, {})).toBe(40);
    expect(ranItems()).toEqual([]);
  });

  it('values come back exact: instances of classes, nothing, large bytes', async () => {
    class Point {
      readonly x: number;
      constructor(x: number) {
        this.x = x;
      }
    }
    const make = (kind: string) =>
      kind === 'point' ? new Point(3) : kind === 'bytes' ? new Uint8Array(3_000_000).fill(7) : undefined;
    for (const cached of [false, true]) {
      await using fexec = createExecutor();
      const list = fexec.map(make, ['point', 'nothing', 'bytes'], { cache: true });
      const [point, nothing, bytes] = await list.result();
      expect(point).toBeInstanceOf(Point);
      expect(point).toEqual(new Point(3));
      expect(nothing).toBeUndefined();
      // Looked at as a whole: millions of expectations take long.
      expect(Buffer.compare(bytes as Uint8Array, new Uint8Array(3_000_000).fill(7))).toBe(0);
      expect(Array.from(list, ({ stats }) => stats.cached ?? false)).toEqual([cached, cached, cached]);
    }
  });

  it('failures are not kept', async () => {
    await using fexec = createExecutor();
    const file = runs;
    const fails = async (n: number): Promise<never> => {
      const { appendFileSync: append } = await import('node:fs');
      append(file, `${n}\n`);
      throw new RangeError('always');
    };
    for (let run = 0; run < 2; run++)
      await expect(fexec.map(fails, [1], { cache: true }).result()).rejects.toThrow(RangeError);
    expect(ranItems()).toEqual(['1', '1']);
  });

  it('chains and mapReduce are cached step by step', async () => {
    const square = squareFrom(runs);
    for (const expected of [['1', '2'], []]) {
      await using fexec = createExecutor();
      const chained = fexec.map(square, [1, 2], { cache: true }).map((n) => n + 1, { cache: true });
      expect(await chained.result()).toEqual([2, 5]);
      expect(await fexec.mapReduce(square, [1, 2], (all) => all.length, { cache: true }).result()).toBe(2);
      expect(ranItems()).toEqual(expected);
    }
  });

  it('a stream is cached too', async () => {
    const square = squareFrom(runs);
    for (const expected of [['1', '2', '3'], []]) {
      await using fexec = createExecutor();
      const results: number[] = [];
      for await (const result of fexec.mapStream(square, [1, 2, 3], { cache: true })) results.push(result);
      expect(results).toEqual([1, 4, 9]);
      expect(ranItems()).toEqual(expected);
    }
  });

  it('clean removes what is cached when it is told to', async () => {
    const square = squareFrom(runs);
    await using fexec = createExecutor();
    await fexec.map(square, [1], { cache: true }).result();
    await fexec.clean();
    await fexec.map(square, [1], { cache: true }).result();
    expect(ranItems()).toEqual(['1']);
    await fexec.clean({ cache: true });
    await fexec.map(square, [1], { cache: true }).result();
    expect(ranItems()).toEqual(['1']);
  });
});

describe('with a function as cache', () => {
  it('what it gives decides', async () => {
    const file = runs;
    const describeItem = async (item: { id: number; asked: number }) => {
      const { appendFileSync: append } = await import('node:fs');
      append(file, `${item.id}\n`);
      return `item ${item.id}`;
    };
    await using fexec = createExecutor();
    const options = { cache: (item: { id: number }) => `v1/${item.id}` };
    await fexec.map(describeItem, [{ id: 1, asked: 1 }], options).result();
    await fexec
      .map(
        describeItem,
        [
          { id: 1, asked: 2 },
          { id: 2, asked: 2 },
        ],
        options,
      )
      .result();
    expect(ranItems()).toEqual(['1', '2']);
    expect(() => fexec.map(describeItem, [{ id: 1, asked: 1 }], { cache: () => 5 as never })).toThrow(/gives a text/);
  });
});

it.each([
  [{ cache: 'yes' as never }, /cache is true, false, or a function/],
  [{ cache: true, durable: true }, /a durable job keeps its own results/],
])('wrong options are refused: %j', async (options, message) => {
  await using fexec = createExecutor();
  expect(() => fexec.map((n: number) => n, [1], options)).toThrow(message);
  const futures = fexec.map((n: number) => n, [1]);
  expect(() => fexec.map((n: number) => n, futures, { cache: () => 'key' })).toThrow(/needs items, not futures/);
});

it('a storage that cannot be read is told, and the calls are run', async () => {
  await using fexec = createExecutor('/dev/null/no-storage-here');
  const list = fexec.map((n: number) => n + 1, [1], { cache: true });
  expect(await list.result()).toEqual([2]);
});
