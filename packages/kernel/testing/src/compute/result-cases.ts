import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { ComputeCapabilities } from '@lithops/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import type { ComputeHarness } from './compute-harness.ts';

type ComputeCase = ConformanceCase<ComputeHarness, ComputeCapabilities>;

/** Results: all of them, exact, each in its place. */
export const resultCases: readonly ComputeCase[] = [
  {
    id: 'results/in-order-of-items',
    title: 'results are in the order of the items, whatever the order of completion',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const delays = [60, 0, 30, 1, 15, 0, 45, 2];
      const results = await fexec
        .map(async (delay: number) => {
          await new Promise((resolve) => setTimeout(resolve, delay));
          return delay;
        }, delays)
        .result();
      deepStrictEqual(results, delays);
    },
  },
  {
    id: 'results/nothing-stays-in-place',
    title: 'null and undefined results stay in their places',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const results = await fexec
        .map((i: number) => (i % 3 === 0 ? null : i % 3 === 1 ? undefined : i), [0, 1, 2, 3, 4, 5])
        .result();
      deepStrictEqual(results, [null, undefined, 2, null, undefined, 5]);
      strictEqual(results.length, 6);
    },
  },
  {
    id: 'results/exact-values',
    title: 'values of every kind come back exact',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const results = await fexec
        .map(
          (kind: string): unknown => {
            const cycle: { self?: unknown } = {};
            cycle.self = cycle;
            const values: Record<string, unknown> = {
              zero: -0,
              nan: Number.NaN,
              bigint: 2n ** 70n,
              date: new Date(86_400_000),
              regexp: /a+/giu,
              map: new Map([[{ key: 1 }, new Set([1])]]),
              typed: new Float64Array([1.5, -0]),
              buffer: Buffer.from('bytes'),
              url: new URL('https://example.org/?a=1'),
              symbol: Symbol.for('shared'),
              cycle,
              sparse: Object.assign(new Array(3), { 1: 'middle' }),
              bare: Object.assign(Object.create(null), { a: 1 }),
              frozen: Object.freeze({ a: 1 }),
            };
            return values[kind];
          },
          [
            'zero',
            'nan',
            'bigint',
            'date',
            'regexp',
            'map',
            'typed',
            'buffer',
            'url',
            'symbol',
            'cycle',
            'sparse',
            'bare',
            'frozen',
          ],
        )
        .result();
      const [zero, nan, bigint, date, regexp, map, typed, buffer, url, symbol, cycle, sparse, bare, frozen] = results;
      ok(Object.is(zero, -0) && Number.isNaN(nan) && bigint === 2n ** 70n);
      deepStrictEqual(
        [date, regexp, map, typed, buffer],
        [
          new Date(86_400_000),
          /a+/giu,
          new Map([[{ key: 1 }, new Set([1])]]),
          new Float64Array([1.5, -0]),
          Buffer.from('bytes'),
        ],
      );
      ok(url instanceof URL && url.searchParams.get('a') === '1');
      strictEqual(symbol, Symbol.for('shared'));
      strictEqual((cycle as { self: unknown }).self, cycle);
      ok(Array.isArray(sparse) && !(0 in sparse) && sparse[1] === 'middle');
      strictEqual(Object.getPrototypeOf(bare), null);
      ok(Object.isFrozen(frozen));
    },
  },
  {
    id: 'results/lists-in-lists',
    title: 'lists that hold each other in circles, deeply or many times over come back',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const nested = (kind: string): unknown[] => {
        let list: unknown[] = [];
        if (kind === 'circle') list[0] = list;
        if (kind === 'deep') for (let i = 0; i < 20_000; i++) list = [list];
        if (kind === 'lattice') for (let i = 0; i < 64; i++) list = [list, list];
        return list;
      };
      const [circle = [], deep = [], lattice = []] = await fexec.map(nested, ['circle', 'deep', 'lattice']).result();
      strictEqual(circle[0], circle);
      let depth = 0;
      for (let list = deep; Array.isArray(list[0]); list = list[0]) depth++;
      strictEqual(depth, 20_000);
      ok(Array.isArray(lattice[0]) && lattice[0] === lattice[1]);
    },
  },
  {
    id: 'results/bytes-of-their-own',
    title: 'typed arrays have their class and a buffer of their own, in tasks and in results',
    async run({ createExecutor }) {
      await using fexec = createExecutor({ maxWorkers: 1 });
      const look = (view: ArrayBufferView): unknown => [view.constructor.name, view.byteOffset, view.buffer.byteLength];
      const views = [8, 400_000].flatMap((size) => [new Uint8Array(size), new Float64Array(size / 8), { in: size }]);
      const items = views.map((view) => ('in' in view ? [new Uint16Array(view.in / 2)] : view));
      const lookInto = (item: ArrayBufferView | ArrayBufferView[]) =>
        Array.isArray(item) ? item.map(look) : look(item);
      const expected = items.map(lookInto);
      deepStrictEqual(await fexec.map(lookInto, items).result(), expected);
      deepStrictEqual(
        (await fexec.map((item: (typeof items)[number]) => item, items).result()).map(lookInto),
        expected,
      );
      for (const size of [8, 400_000]) {
        const change = (bytes: Buffer) => [bytes[0], bytes.fill(1).length][0];
        const count = (_: number, bytes: Buffer, inner: Buffer[]) => [change(bytes), ...inner.map(change)];
        const extraArgs = [Buffer.alloc(size), [Buffer.alloc(size)]];
        deepStrictEqual(await fexec.map(count as (n: number) => unknown, [1, 2], { extraArgs }).result(), [
          [0, 0],
          [0, 0],
        ]);
      }
    },
  },
  {
    id: 'results/instances-of-user-classes',
    title: 'instances of classes that the function uses come back as instances of the same class',
    async run({ createExecutor }) {
      class Point {
        readonly x: number;
        readonly y: number;
        constructor(x: number, y: number) {
          this.x = x;
          this.y = y;
        }
        get norm(): number {
          return Math.hypot(this.x, this.y);
        }
      }
      await using fexec = createExecutor();
      const [doubled] = await fexec
        .map((point: Point) => new Point(point.x * 2, point.y * 2), [new Point(3, 4)])
        .result();
      ok(doubled instanceof Point);
      strictEqual(doubled.norm, 10);
    },
  },
  {
    id: 'results/empty-list',
    title: 'an empty list gives an empty list',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      deepStrictEqual(await fexec.map((i: number) => i, []).result(), []);
      deepStrictEqual(await fexec.getResult(), []);
    },
  },
  {
    id: 'results/undefined-items',
    title: 'items that are undefined or null are passed as they are',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const results = await fexec
        .map((item: unknown, ...rest: unknown[]) => [String(item), rest.length], [undefined, null, [1, 2]])
        .result();
      deepStrictEqual(results, [
        ['undefined', 0],
        ['null', 0],
        ['1,2', 0],
      ]);
    },
  },
  {
    id: 'results/many-tiny-calls',
    title: 'thousands of tiny calls: each is answered once, in its place',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const count = 3000;
      const results = await fexec
        .map(
          (i: number) => i * 2,
          Array.from({ length: count }, (_, i) => i),
        )
        .result();
      strictEqual(results.length, count);
      ok(results.every((result, i) => result === i * 2));
    },
  },
  {
    id: 'results/items-are-apart',
    title: 'an object in two items, or changed after map, is not shared between calls',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const shared = { n: 1 };
      const list = fexec.map((item: { n: number }) => ++item.n, [shared, shared, shared]);
      shared.n = 100;
      deepStrictEqual(await list.result(), [2, 2, 2]);
    },
  },
  {
    id: 'results/large',
    title: 'items of 4 MiB and results of 16 MiB pass',
    needs: ({ maxPayloadBytes, maxResultBytes }) => maxPayloadBytes > 2 ** 23 && maxResultBytes > 2 ** 25,
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const [result] = await fexec
        .map((bytes: Uint8Array) => Buffer.concat([bytes, bytes, bytes, bytes]), [new Uint8Array(2 ** 22).fill(7)])
        .result();
      strictEqual(result?.length, 2 ** 24);
      ok(result.every((byte) => byte === 7));
    },
  },
  {
    id: 'results/futures-as-results',
    title: 'a function that returns futures gives their results in place, in tree order',
    async run({ createExecutor }) {
      const { FunctionExecutor } = await import('@lithops/core');
      await using fexec = createExecutor();
      const results = await fexec
        .map(
          (base: number) => {
            const nested = new FunctionExecutor();
            return nested.map((i: number) => base + i, [1, 2]);
          },
          [10, 20],
        )
        .result();
      deepStrictEqual(results, [
        [11, 12],
        [21, 22],
      ]);
    },
  },
];
