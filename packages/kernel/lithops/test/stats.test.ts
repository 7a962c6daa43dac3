import { ExecutionStats, FunctionExecutor } from 'lithops';
import { afterAll, expect, it } from 'vitest';

const fexec = new FunctionExecutor({ maxWorkers: 2, config: {} });
afterAll(() => fexec.close());

it('remembers how calls went when their results were fetched and their futures are gone', async () => {
  await fexec.map((item: { text: string }) => item.text.repeat(10), [{ text: 'ab' }, { text: 'é' }]).result();
  await fexec
    .map(
      (i: number) => {
        if (i === 1) throw new RangeError('one');
        return undefined;
      },
      [0, 1],
    )
    .result({ throwExcept: false });
  const { calls, jobs } = fexec.stats();
  expect(calls.map(({ jobId, callId }) => `${jobId}/${callId}`).sort()).toEqual([
    'M000/00000',
    'M000/00001',
    'M001/00000',
    'M001/00001',
  ]);
  expect(jobs.map(({ calls, succeeded, failed }) => [calls, succeeded, failed])).toEqual([
    [2, 2, 0],
    [2, 1, 1],
  ]);
  const failed = calls.find(({ state }) => state === 'error');
  expect(failed).toMatchObject({ error: 'RangeError', attempts: 1, worker: expect.stringMatching(/\/\d+$/) });
  const bytesOut = calls.filter(({ jobId }) => jobId === 'M000').map((call) => call.bytesOut);
  expect(bytesOut).toEqual([20, 20]);
  expect(calls.every(({ bytesIn = 0 }) => bytesIn > 0)).toBe(true);
  // Each worker process has one first call, whatever came with it.
  const cold = calls.filter(({ coldStart }) => coldStart === true);
  expect(new Set(cold.map(({ worker }) => worker)).size).toBe(cold.length);
  expect(cold.length).toBeGreaterThan(0);
});

it('tells of futures as they are now, and of calls that have not ended', async () => {
  const controller = new AbortController();
  const list = fexec.map(() => new Promise(() => {}), [0, 1, 2], { signal: controller.signal });
  const [only] = fexec.stats(list[2]).calls;
  expect(only).toMatchObject({ callId: '00002', jobId: list[2]?.jobId });
  const [job] = fexec.stats(list).jobs;
  expect(job).toMatchObject({ calls: 3, open: 3, succeeded: 0 });
  expect(job).not.toHaveProperty('finishedAt');
  expect(fexec.stats().jobs.at(-1)).toMatchObject({ jobId: list[0]?.jobId, open: 3 });
  controller.abort();
  await list.wait({ throwExcept: false });
  expect(fexec.stats().jobs.at(-1)).toMatchObject({ jobId: list[0]?.jobId, open: 0, cancelled: 3 });
  expect(() => fexec.stats([{}] as never)).toThrow(/element 0 is no future/);
});

it('counts the size of what travels by way of the storage', async () => {
  const bytes = 1_000_000;
  const reduced = fexec.mapReduce(
    (size: number) => new Uint8Array(size),
    [bytes, bytes],
    (parts) => parts.reduce((sum, { length }) => sum + length, 0),
  );
  expect(await reduced.result()).toBe(2 * bytes);
  const { jobId } = reduced;
  const calls = fexec.stats().calls.filter((call) => call.jobId === jobId);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.bytesIn).toBeGreaterThan(2 * bytes);
  expect(calls[0]?.bytesIn).toBeLessThan(2.1 * bytes);
  const text = JSON.stringify(fexec.stats());
  expect(JSON.parse(text).calls).toHaveLength(new ExecutionStats(fexec.stats().calls).calls.length);
});
