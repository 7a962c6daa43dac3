import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import type { ComputeCapabilities } from '@lithops/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import type { ComputeHarness } from './compute-harness.ts';

type ComputeCase = ConformanceCase<ComputeHarness, ComputeCapabilities>;

/** Large values: on their way from call to call they may be in storage, and nobody sees a difference. */
export const largeValueCases: readonly ComputeCase[] = [
  {
    id: 'large/from-map-to-reduce',
    title: 'a reducer is given results of any size, exact and in order',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const sizes = [0, 1, 4096, 300_000, 1_500_000, 300_001, 10];
      const seen = await fexec
        .mapReduce(
          (size: number) => (size % 2 === 0 ? 'x'.repeat(size) : new Uint8Array(size).fill(size % 251)),
          sizes,
          (parts: (string | Uint8Array)[]) => parts.map((part) => [typeof part, part.length, part.at(-1)]),
        )
        .result();
      deepStrictEqual(
        seen,
        sizes.map((size) =>
          size % 2 === 0 ? ['string', size, size === 0 ? undefined : 'x'] : ['object', size, size % 251],
        ),
      );
    },
  },
  {
    id: 'large/from-map-to-map',
    title: 'a chain passes results of any size on, and they can be read on the way',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const first = fexec.map((n: number) => ({ n, bytes: new Uint8Array(n * 200_000).fill(n) }), [1, 2, 3, 4, 5]);
      const second = first.map(({ n, bytes }) => [n, bytes.length, bytes.at(-1)]);
      deepStrictEqual(
        await second.result(),
        [1, 2, 3, 4, 5].map((n) => [n, n * 200_000, n]),
      );
      const values = await first.result();
      deepStrictEqual(
        values.map(({ n, bytes }) => [n, bytes.length, bytes.every((byte) => byte === n)]),
        [1, 2, 3, 4, 5].map((n) => [n, n * 200_000, true]),
      );
    },
  },
  {
    id: 'large/instances',
    title: 'large instances of shipped classes stay instances of the same class, from call to call and in the client',
    async run({ createExecutor }) {
      class Grid {
        readonly cells: Float64Array;
        constructor(size: number) {
          this.cells = new Float64Array(size).fill(size);
        }
        sum(): number {
          return this.cells.reduce((sum, cell) => sum + cell, 0);
        }
      }
      await using fexec = createExecutor();
      const grids = fexec.map((size: number) => new Grid(size), [10, 100_000, 200_000]);
      const sums = await grids.map((grid) => [grid instanceof Grid, grid.sum()]).result();
      deepStrictEqual(sums, [
        [true, 100],
        [true, 1e10],
        [true, 4e10],
      ]);
      for (const grid of await grids.result()) ok(grid instanceof Grid);
    },
  },
  {
    id: 'large/failed-input',
    title: 'a reducer of a map with a failed call fails with the same error',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const reduced = fexec.mapReduce(
        (n: number) => {
          if (n === 2) throw new RangeError('no two');
          return new Uint8Array(400_000);
        },
        [1, 2, 3],
        (parts: Uint8Array[]) => parts.length,
      );
      await rejects(reduced.result(), { name: 'RangeError', message: 'no two' });
    },
  },
  {
    id: 'large/items',
    title: 'items of several MB reach their calls',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const items = [1, 2, 3].map((n) => new Uint8Array(n * 2_000_000).fill(n));
      deepStrictEqual(await fexec.map((item: Uint8Array) => [item.length, item.at(-1)], items).result(), [
        [2_000_000, 1],
        [4_000_000, 2],
        [6_000_000, 3],
      ]);
    },
  },
  {
    id: 'large/nothing-left',
    title: 'a closed executor leaves nothing in storage',
    async run({ createExecutor }) {
      const fexec = createExecutor();
      const prefix = `lithops.jobs/${fexec.executorId}`;
      const bucket = await fexec.storage.defaultBucket();
      try {
        const sum = fexec.mapReduce(
          (n: number) => new Uint8Array(n * 300_000),
          [1, 2, 3, 4],
          (parts: Uint8Array[]) => parts.reduce((bytes, part) => bytes + part.length, 0),
        );
        strictEqual(await sum.result(), 3_000_000);
      } finally {
        await fexec.close();
      }
      const probe = createExecutor();
      try {
        deepStrictEqual(await probe.storage.listKeys(bucket, prefix), []);
      } finally {
        await probe.close();
      }
    },
  },
];
