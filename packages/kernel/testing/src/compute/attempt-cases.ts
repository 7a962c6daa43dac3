import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallStats, type ResponseFuture, TimeoutError, WorkerLostError } from '@lithops/core';
import type { ComputeCapabilities } from '@lithops/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import { rejection, within } from '../eventually.ts';
import type { ComputeHarness } from './compute-harness.ts';

interface Context {
  readonly id: number;
  readonly attempt: number;
}

/** Attempts: how often a call is run, what is told of it, and the time limits that end it. */
export const attemptCases: readonly ConformanceCase<ComputeHarness, ComputeCapabilities>[] = [
  {
    id: 'attempts/history',
    title: 'the status of a call tells every attempt, with what it failed with, and its stats where and how it ran',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const future = fexec.callAsync(
        ((_: number, { attempt }: Context) => {
          if (attempt < 3) throw new RangeError(`attempt ${attempt}`);
          return 'third';
        }) as (item: number) => string,
        0,
        { retries: 2, retryOn: (error) => error instanceof RangeError },
      );
      strictEqual(await future.result(), 'third');
      const { attempts } = await future.status();
      deepStrictEqual(
        attempts.map(({ outcome, error }) => [outcome, error instanceof Error ? error.message : undefined]),
        [
          ['failed', 'attempt 1'],
          ['failed', 'attempt 2'],
          ['success', undefined],
        ],
      );
      for (const { invokedAt, endedAt = 0 } of attempts) ok(endedAt >= invokedAt && invokedAt > 0);
      assertMeasured(future.stats);
      const { calls, jobs } = fexec.stats();
      strictEqual(calls.length, 1);
      const { error, earlier, ...record } = calls[0] ?? raise('no record of the call');
      deepStrictEqual({ ...record }, { ...identityOf(future), state: 'success', ...future.stats });
      deepStrictEqual([error, earlier?.map((attempt) => attempt.error)], [undefined, ['RangeError', 'RangeError']]);
      deepStrictEqual([jobs[0]?.succeeded, jobs[0]?.attempts, jobs[0]?.workers], [1, 3, 1]);
    },
  },
  {
    id: 'attempts/only-what-may-be-repeated',
    title: 'retryOn decides what is repeated; the last failure is the one that is thrown',
    async run({ createExecutor }) {
      await using fexec = createExecutor({ retries: 5 });
      const fails = ((_: number, { attempt }: Context) => {
        if (attempt === 1) throw new RangeError('may be repeated');
        throw new TypeError('may not');
      }) as (item: number) => never;
      const future = fexec.callAsync(fails, 0, { retryOn: (error) => error instanceof RangeError });
      match(String(await rejection(future.result())), /TypeError: may not/);
      strictEqual((await future.status()).attempts.length, 2);
    },
  },
  {
    id: 'attempts/slow-call-run-twice',
    title: 'with speculation a call that hangs in one worker is run in another, and the first result wins',
    needs: ({ maxWorkers, concurrencyPerWorker }) => maxWorkers * concurrencyPerWorker > 1,
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const work = ((item: number, { id, attempt }: Context) =>
        id === 5 && attempt === 1 ? new Promise(() => {}) : item * 2) as (item: number) => number;
      const list = fexec.map(work, [0, 1, 2, 3, 4, 5, 6, 7], { speculation: true });
      deepStrictEqual(
        await within(20_000, 'a job whose slow call is run twice', list.result()),
        [0, 2, 4, 6, 8, 10, 12, 14],
      );
      const { attempts } = (await list[5]?.status()) ?? {};
      deepStrictEqual(
        attempts?.map(({ outcome }) => outcome),
        ['overtaken', 'success'],
      );
      // Its worker is free again.
      deepStrictEqual(await fexec.map((n: number) => n + 1, [1, 2, 3]).result(), [2, 3, 4]);
    },
  },
  {
    id: 'attempts/not-idempotent',
    title: 'a function that is not idempotent is never run twice at once',
    needs: ({ maxWorkers, concurrencyPerWorker }) => maxWorkers * concurrencyPerWorker > 1,
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const work = ((_: number, { id, attempt }: Context) =>
        new Promise((resolve) => setTimeout(() => resolve(attempt), id === 3 ? 600 : 1))) as (item: number) => unknown;
      const list = fexec.map(work, [0, 1, 2, 3], { speculation: { minimumMs: 10 }, idempotent: false });
      deepStrictEqual(await list.result(), [1, 1, 1, 1]);
      strictEqual((await list[3]?.status())?.attempts.length, 1);
    },
  },
  {
    id: 'attempts/job-timeout',
    title: 'a job that takes too long ends whole, whatever its calls are at',
    async run({ createExecutor }) {
      await using fexec = createExecutor({ maxWorkers: 1 });
      // How long a worker takes to start is not what is looked at.
      await fexec.callAsync((i: number) => i, 0).result();
      const list = fexec.map((i: number) => (i === 0 ? 'quick' : new Promise(() => {})), [0, 1, 2], {
        jobTimeout: 1.5,
        chunksize: 1,
      });
      await within(15_000, 'a job with a time limit', list.wait({ throwExcept: false }));
      deepStrictEqual(
        Array.from(list, ({ state }) => state),
        ['success', 'error', 'error'],
      );
      const [, running, queued] = Array.from(list, ({ error }) => error);
      ok(running instanceof TimeoutError && queued instanceof TimeoutError, `${String(running)} ${String(queued)}`);
      match(running.message, /belongs to a job that was given 1\.5 s/);
      strictEqual(queued.phase, 'queued');
      strictEqual(await fexec.callAsync((i: number) => i + 1, 1).result(), 2);
    },
  },
  {
    id: 'attempts/behind-a-long-call-once',
    title: 'calls that are taken back from behind a long synchronous one are run once',
    needs: ({ recall, maxWorkers, sharesFileSystem }) => recall && maxWorkers > 1 && sharesFileSystem,
    async run({ createExecutor }) {
      const folder = mkdtempSync(join(tmpdir(), 'lithops-once-'));
      try {
        const file = join(folder, 'runs');
        const work = async (i: number) => {
          const { appendFileSync } = await import('node:fs');
          appendFileSync(file, `${i}\n`);
          if (i === 0) for (const until = Date.now() + 700; Date.now() < until; );
          return i;
        };
        {
          await using fexec = createExecutor();
          const items = Array.from({ length: 8 }, (_, i) => i);
          deepStrictEqual(await fexec.map(work, items, { chunksize: 8 }).result(), items);
          // What a worker would run a second time, it runs now.
          await fexec.map((i: number) => i, [1, 2, 3, 4], { chunksize: 1 }).result();
        }
        const runs = readFileSync(file, 'utf8').trim().split('\n');
        deepStrictEqual(runs.sort(), ['0', '1', '2', '3', '4', '5', '6', '7']);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
  {
    id: 'attempts/lost-workers-counted',
    title: 'a call that ends its worker every time fails with the last loss, after as many attempts as asked',
    needs: ({ exitCauses }) => exitCauses,
    async run({ createExecutor }) {
      await using fexec = createExecutor({ retries: 2 });
      const future = fexec.callAsync((code: number) => process.exit(code), 9);
      const error = await rejection(future.result());
      ok(error instanceof WorkerLostError && error.exitCode === 9, String(error));
      strictEqual((await future.status()).attempts.length, 3);
    },
  },
];

/** What is measured of every successful call, wherever it ran; here of one that takes a number and gives `third`. */
function assertMeasured(stats: CallStats): void {
  const { hostSubmittedAt, hostInvokedAt = 0, hostDoneAt = 0, workerStartedAt = 0, workerEndedAt = 0 } = stats;
  const { workerDuration = -1, workerCpuTime = -1, workerPeakMemoryBytes = 0, worker = '', coldStart } = stats;
  ok(hostSubmittedAt <= hostInvokedAt && hostInvokedAt <= hostDoneAt, `host times of ${JSON.stringify(stats)}`);
  ok(workerStartedAt > 0 && workerEndedAt >= workerStartedAt, `worker times of ${JSON.stringify(stats)}`);
  ok(workerDuration >= 0 && workerCpuTime >= 0 && workerPeakMemoryBytes > 1e6, `use of ${JSON.stringify(stats)}`);
  match(worker, /^.+\/\d+$/);
  strictEqual(typeof coldStart, 'boolean');
  deepStrictEqual([stats.attempts, stats.bytesIn, stats.bytesOut], [3, 8, 5]);
}

function identityOf({ executorId, jobId, callId, functionName }: ResponseFuture<unknown>): object {
  return { executorId, jobId, callId, functionName };
}

function raise(message: string): never {
  throw new Error(message);
}
