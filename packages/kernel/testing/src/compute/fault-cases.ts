import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { CancelledError, TimeoutError, WorkerLostError } from '@lithops/core';
import type { ComputeCapabilities } from '@lithops/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import { eventually, rejection, within } from '../eventually.ts';
import type { ComputeHarness } from './compute-harness.ts';

/** Faults: every future ends, with the true cause, and the rest goes on. */
export const faultCases: readonly ConformanceCase<ComputeHarness, ComputeCapabilities>[] = [
  {
    id: 'faults/exit',
    title: 'a task that exits fails with its exit code; the others and later ones are unharmed',
    needs: ({ exitCauses }) => exitCauses,
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const list = fexec.map((i: number) => (i === 1 ? process.exit(7) : i), [0, 1, 2, 3]);
      await list.wait({ throwExcept: false });
      const error = list[1]?.error;
      ok(error instanceof WorkerLostError, String(error));
      strictEqual(error.exitCode, 7);
      deepStrictEqual([list[0]?.state, list[2]?.state, list[3]?.state], ['success', 'success', 'success']);
      strictEqual(await fexec.callAsync((i: number) => i + 1, 1).result(), 2);
    },
  },
  {
    id: 'faults/killed',
    title: 'a worker that is killed is told with the signal',
    needs: ({ exitCauses }) => exitCauses,
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const error = await rejection(
        fexec
          .callAsync(() => {
            process.kill(process.pid, 'SIGKILL');
            return new Promise(() => {});
          }, 0)
          .result(),
      );
      ok(error instanceof WorkerLostError, String(error));
      strictEqual(error.signal, 'SIGKILL');
    },
  },
  {
    id: 'faults/killed-among-many',
    title:
      'of many tiny tasks that travel together, the one that kills its worker is found; the others give their results',
    needs: ({ exitCauses }) => exitCauses,
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const tiny = (i: number) => (i < 0 && process.kill(process.pid, 'SIGKILL') ? new Promise(() => {}) : i);
      const items = Array.from({ length: 200 }, (_, i) => i);
      // A worker that knows how short they are does not look after each of them alone.
      deepStrictEqual(await fexec.map(tiny, items).result(), items);
      const list = fexec.map(tiny, [...items, -1, ...items]);
      await within(60_000, 'a job with a task that kills its worker', list.wait({ throwExcept: false }));
      const failed = list.filter(({ state }) => state !== 'success');
      deepStrictEqual(
        failed.map(({ callId }) => callId),
        ['00200'],
      );
      const error = list[200]?.error;
      ok(error instanceof WorkerLostError, String(error));
      deepStrictEqual([error.signal, (await list[200]?.status())?.attempts.length], ['SIGKILL', 1]);
    },
  },
  {
    id: 'faults/out-of-memory',
    title: 'a task that runs out of memory is told as such',
    needs: ({ exitCauses }) => exitCauses,
    async run({ createExecutor, leastMemory }) {
      await using fexec = createExecutor({ runtimeMemory: leastMemory });
      const error = await rejection(
        fexec
          .callAsync(() => {
            const hoard: unknown[] = [];
            for (;;) hoard.push(Array.from({ length: 10_000 }, () => ({ a: 1 })));
          }, 0)
          .result({ timeout: 60 }),
      );
      ok(error instanceof WorkerLostError, String(error));
      strictEqual(error.oom, true, error.message);
    },
  },
  {
    id: 'faults/retried',
    title: 'a lost worker is retried as often as asked; errors of the function are not',
    needs: ({ exitCauses, sharesFileSystem }) => exitCauses && sharesFileSystem,
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const survived = await fexec
        .callAsync(
          ((_: number, context: { attempt: number }) => (context.attempt < 3 ? process.exit(1) : context.attempt)) as (
            item: number,
          ) => number,
          0,
          { retries: 3 },
        )
        .result();
      strictEqual(survived, 3);
      const future = fexec.callAsync(
        () => {
          throw new Error('always');
        },
        0,
        { retries: 3 },
      );
      await rejection(future.result());
      strictEqual(future.stats.attempts, 1);
      const asked = fexec.callAsync(
        ((_: number, context: { attempt: number }) => {
          if (context.attempt < 2) throw new Error('once');
          return 'second';
        }) as (item: number) => string,
        0,
        { retries: 1, retryOn: () => true },
      );
      strictEqual(await asked.result(), 'second');
    },
  },
  {
    id: 'faults/endless-loop',
    title: 'an endless loop ends at its timeout, and its worker is usable again',
    async run({ createExecutor }) {
      await using fexec = createExecutor({ maxWorkers: 1 });
      const error = await within(
        15_000,
        'a call with a timeout',
        rejection(
          fexec
            .callAsync(
              () => {
                for (;;);
              },
              0,
              { timeout: 0.5 },
            )
            .result(),
        ),
      );
      ok(error instanceof TimeoutError, String(error));
      strictEqual(await fexec.callAsync((i: number) => i + 1, 1).result(), 2);
    },
  },
  {
    id: 'faults/never-started',
    title: 'a call that never gets to start ends at its timeout too, and is told apart',
    async run({ createExecutor }) {
      await using fexec = createExecutor({ maxWorkers: 1 });
      const first = fexec.callAsync(() => new Promise((resolve) => setTimeout(resolve, 20_000)), 0);
      const error = await within(
        15_000,
        'a queued call with a timeout',
        rejection(fexec.callAsync((i: number) => i, 1, { timeout: 0.3 }).result()),
      );
      ok(error instanceof TimeoutError, String(error));
      strictEqual(error.phase, 'queued');
      await first.cancel();
    },
  },
  {
    id: 'faults/cancelled-by-future-list-and-signal',
    title: 'cancelling ends the work for real; what is not cancelled goes on',
    async run({ createExecutor }) {
      await using fexec = createExecutor({ maxWorkers: 1 });
      const loop = (): number => {
        for (;;);
      };
      const future = fexec.callAsync(loop, 0);
      const after = fexec.callAsync((i: number) => i + 1, 1);
      await eventually(() => strictEqual(future.state, 'running'));
      await future.cancel('enough');
      const error = await rejection(future.result());
      ok(error instanceof CancelledError);
      strictEqual(error.reason, 'enough');
      strictEqual(await within(15_000, 'the call behind a cancelled one', after.result()), 2);
      const list = fexec.map(loop, [1, 2, 3]);
      await list.cancel();
      await list.wait({ throwExcept: false });
      ok(Array.from(list).every((each) => each.cancelled));
      const controller = new AbortController();
      const signalled = fexec.map(loop, [1, 2], { signal: controller.signal });
      controller.abort(new Error('stopped'));
      ok((await rejection(signalled.result())) instanceof CancelledError);
      strictEqual(
        await within(15_000, 'a call after cancelling', fexec.callAsync((i: number) => i + 1, 1).result()),
        2,
      );
    },
  },
  {
    id: 'faults/cancelled-behind-a-long-one',
    title: 'to cancel a call that waits behind a long one does the long one no harm',
    needs: ({ recall, logs }) => recall && logs,
    async run({ createExecutor }) {
      await using fexec = createExecutor({ maxWorkers: 1 });
      const busy = (ms: number): number => {
        console.log('begun');
        for (const until = Date.now() + ms; Date.now() < until; );
        return ms;
      };
      const list = fexec.map(busy, [1500, 60_000], { chunksize: 2 });
      const [long, behind] = [list[0], list[1]];
      await eventually(() => strictEqual(long?.logs, 'begun\n'));
      await behind?.cancel();
      strictEqual(await within(15_000, 'the long call', Promise.resolve(long?.result())), 1500);
      strictEqual(long?.logs, 'begun\n');
      ok(behind?.cancelled);
      strictEqual(await within(15_000, 'a call after them', fexec.callAsync((i: number) => i + 1, 1).result()), 2);
    },
  },
  {
    id: 'faults/long-call-among-tiny-ones',
    title: 'calls behind a long one run on idle workers: all, or all but the few that it shares a note with',
    needs: ({ recall, maxWorkers }) => recall && maxWorkers > 1,
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      /** Item -1 keeps its worker until it is cancelled, -2 for a while. */
      const busy = (i: number): number => {
        if (i >= 0) return i;
        for (const until = i === -1 ? Number.POSITIVE_INFINITY : Date.now() + 200; Date.now() < until; );
        return i;
      };
      const tiny = Array.from({ length: 400 }, (_, i) => i);
      // How short they are is known then, and many travel together.
      await fexec.map(busy, [...tiny, ...tiny]).result();
      for (const { idempotent, sharing } of [
        { idempotent: false, sharing: 0 },
        { idempotent: true, sharing: 15 },
      ]) {
        const list = fexec.map(busy, [...tiny.slice(0, 20), -1, ...tiny], { idempotent });
        const long = list[20];
        const others = Array.from(list).filter((future) => future !== long);
        // Those before it may be told when its worker can speak again.
        const behind = Promise.all(others.slice(20 + sharing).map((future) => future.result()));
        deepStrictEqual(await within(60_000, 'the calls behind a long one', behind), tiny.slice(sharing));
        ok(long?.done === false, `the long call has not been cancelled yet, and is ${long?.state}`);
        await long.cancel();
        const results = await Promise.all(others.map((future) => future.result()));
        deepStrictEqual(results, [...tiny.slice(0, 20), ...tiny]);
      }
      // What is taken from behind a call does it no harm.
      const items = [...tiny.slice(0, 20), -2, ...tiny];
      deepStrictEqual(await fexec.map(busy, items).result(), items);
    },
  },
  {
    id: 'faults/waiting-call-among-tiny-ones',
    title: 'all calls behind one that waits run on idle workers',
    needs: ({ recall, maxWorkers }) => recall && maxWorkers > 1,
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const waits = (i: number): number | Promise<never> => (i >= 0 ? i : new Promise(() => {}));
      const tiny = Array.from({ length: 400 }, (_, i) => i);
      // How short they are is known then, and many travel together.
      await fexec.map(waits, [...tiny, ...tiny]).result();
      const list = fexec.map(waits, [...tiny.slice(0, 20), -1, ...tiny]);
      const others = Array.from(list).filter((_, place) => place !== 20);
      const results = Promise.all(others.map((future) => future.result()));
      deepStrictEqual(await within(60_000, 'all but the call that waits', results), [...tiny.slice(0, 20), ...tiny]);
      ok(list[20]?.done === false, `the call that waits is ${list[20]?.state}`);
      await list[20].cancel();
    },
  },
  {
    id: 'faults/output',
    title: 'what a task prints is on its future, in order, and 10 MB of it do no harm',
    needs: ({ logs }) => logs,
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const list = fexec.map(
        (i: number) => {
          console.log(`out ${i}`);
          console.error(`err ${i}`);
          return process.stdout.write('no newline');
        },
        [1, 2],
      );
      await list.result();
      deepStrictEqual(
        Array.from(list, (future) => future.logs),
        ['out 1\nerr 1\nno newline', 'out 2\nerr 2\nno newline'],
      );
      const loud = fexec.callAsync(() => {
        for (let i = 0; i < 10_000; i++) console.log('x'.repeat(1023));
      }, 0);
      await loud.result();
      strictEqual(loud.logs.length, 10_000 * 1024);
      const failing = fexec.callAsync(() => {
        console.log('before the end');
        process.exit(3);
      }, 0);
      await rejection(failing.result());
      match(failing.logs, /before the end/);
    },
  },
];
