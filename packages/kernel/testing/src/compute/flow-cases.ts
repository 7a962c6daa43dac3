import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { ALWAYS, ANY_COMPLETED, TimeoutError } from '@lithops/core';
import type { ComputeCapabilities } from '@lithops/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import { eventually, rejection, within } from '../eventually.ts';
import type { ComputeHarness } from './compute-harness.ts';

const later = async (delay: number): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, delay));
  return delay;
};

/** Flow: chains, reductions, streams, waiting, and the end. */
export const flowCases: readonly ConformanceCase<ComputeHarness, ComputeCapabilities>[] = [
  {
    id: 'flow/map-reduce',
    title: 'mapReduce gives the reducer all results in order',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const reduced = fexec.mapReduce(
        (n: number) => n * 2,
        [1, 2, 3, 4],
        (results: number[], label: string) => `${label} ${results.join('+')}`,
        { extraArgsReduce: ['sum'] },
      );
      strictEqual(await reduced.result(), 'sum 2+4+6+8');
      const failing = fexec.mapReduce(
        (n: number) => {
          if (n === 2) throw new RangeError('two');
          return n;
        },
        [1, 2],
        (results: number[]) => results.length,
      );
      ok((await rejection(failing.result())) instanceof RangeError);
    },
  },
  {
    id: 'flow/chains',
    title: 'futures as items give their results; a failure runs down the chain',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      deepStrictEqual(
        await fexec
          .map((n: number) => n + 1, [1, 2])
          .map((n) => n * 10)
          .map((n) => `<${n}>`)
          .result(),
        ['<20>', '<30>'],
      );
      const broken = fexec
        .map(
          (n: number) => {
            if (n === 1) throw new RangeError('one');
            return n;
          },
          [1, 2],
        )
        .map((n) => n + 1);
      await broken.wait({ throwExcept: false });
      ok(broken[0]?.error instanceof RangeError);
      strictEqual(await broken[1]?.result(), 3);
    },
  },
  {
    id: 'flow/stream',
    title: 'mapStream is ordered, bounded, takes endless sources and stops them',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      let taken = 0;
      let stopped = false;
      function* numbers(): Generator<number> {
        try {
          for (;;) yield taken++;
        } finally {
          stopped = true;
        }
      }
      const results: number[] = [];
      for await (const result of fexec.mapStream((n: number) => n * n, numbers(), { maxInFlight: 16 })) {
        results.push(result);
        ok(taken - results.length <= 16, `${taken - results.length} in flight`);
        if (results.length === 100) break;
      }
      deepStrictEqual(
        results,
        Array.from({ length: 100 }, (_, i) => i * i),
      );
      ok(stopped);
      const unordered: number[] = [];
      for await (const delay of fexec.mapStream(later, [200, 0, 0, 0], { ordered: false })) unordered.push(delay);
      deepStrictEqual(
        unordered.toSorted((a, b) => a - b),
        [0, 0, 0, 200],
      );
    },
  },
  {
    id: 'flow/stream-failure',
    title: 'mapStream throws what a call or its source throws',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const read = async (stream: AsyncIterable<unknown>) => {
        for await (const _ of stream);
      };
      ok(
        (await rejection(
          read(
            fexec.mapStream(
              (n: number) => {
                if (n === 3) throw new RangeError('three');
                return n;
              },
              [1, 2, 3, 4],
            ),
          ),
        )) instanceof RangeError,
      );
      async function* failing(): AsyncGenerator<number> {
        yield 1;
        throw new SyntaxError('source');
      }
      ok((await rejection(read(fexec.mapStream((n: number) => n, failing())))) instanceof SyntaxError);
    },
  },
  {
    id: 'flow/asynchronous-source',
    title: 'map takes an asynchronous source; its list is full when submitted resolves',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      async function* source(): AsyncGenerator<number> {
        yield 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield 2;
      }
      const list = fexec.map((n: number) => n + 1, source());
      await list.submitted;
      strictEqual(list.length, 2);
      deepStrictEqual(await list.result(), [2, 3]);
    },
  },
  {
    id: 'flow/waiting',
    title: 'wait tells done from not done, for any, all, none and a timeout',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const quick = fexec.callAsync((n: number) => n, 1);
      await quick.result();
      const slow = fexec.callAsync(later, 1500);
      const [done, notDone] = await fexec.wait([quick, slow], { returnWhen: ANY_COMPLETED });
      deepStrictEqual([done.length, notDone.length], [1, 1]);
      const [, pending] = await fexec.wait([slow], { returnWhen: ALWAYS });
      strictEqual(pending.length, 1);
      ok((await rejection(fexec.wait([slow], { timeout: 0.05 }))) instanceof TimeoutError);
      strictEqual(await slow.result(), 1500);
    },
  },
  {
    id: 'flow/unfetched-results',
    title: 'getResult without futures gives what has not been fetched, as a list',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      fexec.callAsync((n: number) => n, 1);
      fexec.map((n: number) => n, [2, 3]);
      deepStrictEqual(await fexec.getResult(), [1, 2, 3]);
      deepStrictEqual(await fexec.getResult(), []);
      fexec.callAsync((n: number) => n, 4);
      deepStrictEqual(await fexec.getResult(), [4]);
    },
  },
  {
    id: 'flow/as-completed',
    title: 'iterating a list gives its futures as they end',
    needs: ({ maxWorkers }) => maxWorkers > 1,
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      await fexec.map((n: number) => n, [1, 2]).result();
      const order: number[] = [];
      for await (const future of fexec.map(later, [700, 0])) order.push(await future.result());
      deepStrictEqual(order, [0, 700]);
    },
  },
  {
    id: 'flow/parallel',
    title: 'calls run at once, and never more than maxWorkers',
    needs: ({ maxWorkers }) => maxWorkers > 1,
    async run({ createExecutor }) {
      await using fexec = createExecutor({ maxWorkers: 2 });
      await fexec.map((n: number) => n, [1, 2]).result();
      const spans = await fexec
        .map(
          async (n: number) => {
            const from = Date.now();
            await new Promise((resolve) => setTimeout(resolve, 200));
            return { n, from, to: Date.now() };
          },
          [0, 1, 2, 3],
        )
        .result();
      const most = Math.max(
        ...spans.map((span) => spans.filter((other) => other.from < span.to && other.to > span.from + 5).length),
      );
      ok(most >= 2, 'the calls ran one after the other');
      const atOnce = Math.max(
        ...spans.map((span) => spans.filter((other) => other.from <= span.from && other.to > span.from).length),
      );
      ok(atOnce <= 2, `${atOnce} calls ran at once`);
    },
  },
  {
    id: 'flow/priorities',
    title: 'of the calls that wait for a worker those of a higher priority start first',
    async run({ createExecutor }) {
      await using fexec = createExecutor({ maxWorkers: 1 });
      const started = (priority: number): { priority: number; at: number } => ({
        priority,
        at: performance.timeOrigin + performance.now(),
      });
      const open = Promise.withResolvers<void>();
      async function* itemsOf(priority: number): AsyncGenerator<number> {
        // With the first of them the function's module is there.
        yield priority;
        await open.promise;
        yield* [priority, priority];
      }
      const priorities = [-5, 0, 5];
      const lists = priorities.map((priority) => fexec.map(started, itemsOf(priority), { priority, chunksize: 1 }));
      await eventually(() => ok(lists.every((list) => list[0]?.done === true)));
      const first = fexec.callAsync(() => new Promise(() => {}), 0);
      await eventually(() => ok(first.state !== 'new'));
      open.resolve();
      await Promise.all(lists.map((list) => list.submitted));
      await first.cancel();
      const starts = (await Promise.all(lists.map((list) => list.result()))).flatMap(([_, ...waited]) => waited);
      deepStrictEqual(
        starts.toSorted((a, b) => a.at - b.at).map(({ priority }) => priority),
        [5, 5, 0, 0, -5, -5],
      );
      await rejection((async () => fexec.callAsync(later, 0, { priority: 0.5 }).result())());
    },
  },
  {
    id: 'flow/fifty-jobs',
    title: 'fifty jobs of two executors at once all end right',
    async run({ createExecutor }) {
      await using first = createExecutor();
      await using second = createExecutor();
      const sums = await Promise.all(
        Array.from({ length: 50 }, (_, job) =>
          (job % 2 === 0 ? first : second).map((n: number) => n + job, [1, 2, 3]).result(),
        ),
      );
      ok(sums.every((results, job) => results.every((result, i) => result === i + 1 + job)));
    },
  },
  {
    id: 'flow/closed-at-any-moment',
    title: 'an executor ends whenever it is closed, its workers may start just then',
    async run({ createExecutor }) {
      for (const delay of [0, 10, 100, 700]) {
        const fexec = createExecutor();
        const futures = fexec.map(later, [0, 0, 600_000]);
        await later(delay);
        await within(15_000, `close after ${delay} ms`, fexec.close());
        await within(1000, `the end of calls after ${delay} ms`, futures.wait({ throwExcept: false }));
        strictEqual(futures[2]?.state, 'cancelled');
      }
    },
  },
  {
    id: 'flow/close',
    title: 'closing cancels what is open, refuses what comes later, and may be repeated',
    async run({ createExecutor }) {
      const fexec = createExecutor();
      const open = fexec.callAsync(() => new Promise(() => {}), 0);
      await eventually(() => ok(open.state !== 'new'));
      await within(15_000, 'close', fexec.close());
      ok(open.done && open.cancelled);
      await rejection((async () => fexec.callAsync((n: number) => n, 1).result())());
      await fexec.close();
    },
  },
];
