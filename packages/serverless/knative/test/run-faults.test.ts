import { type FunctionExecutor, InvocationError, WorkerLostError } from '@lithops/core';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { rejection, startTestCluster } from './cluster.ts';

const test = await startTestCluster({ restartMs: 500 });
const { cluster } = test;
const fexec: FunctionExecutor = test.executor({ maxWorkers: 2, minWorkers: 2 });
afterAll(async () => {
  await fexec.close();
  await test[Symbol.asyncDispose]();
});
afterEach(() => cluster.faults.clear());

const plus = (n: number) => n + 1;

/** Tells how often it was run in the pods that it came to, as far as this one knows. */
async function counted(name: string): Promise<string> {
  const { appendFileSync, readFileSync } = await import('node:fs');
  const { hostname } = await import('node:os');
  appendFileSync(`/tmp/${name}`, 'run;');
  console.log(`begun on ${hostname()}`);
  await new Promise((resolve) => setTimeout(resolve, 700));
  return readFileSync(`/tmp/${name}`, 'utf8');
}

/** The pod that a call runs in, as soon as it says so. */
async function podOf(future: { readonly logs: string }): Promise<string> {
  return vi.waitFor(
    () => {
      const [, host] = /begun on (\S+)/.exec(future.logs) ?? [];
      if (host === undefined) throw new Error('it has not begun');
      return host;
    },
    { timeout: 30_000, interval: 10 },
  );
}

describe('a run in a pod', { timeout: 60_000 }, () => {
  it('goes on when its connection is cut, whichever pod is asked, and runs once', async () => {
    for (let time = 0; time < 3; time++) {
      cluster.faults.ingress({ cut: 150, times: 1 });
      const future = fexec.callAsync(counted, `cut-${time}`);
      expect(await future.result()).toBe('run;');
      expect(future.stats.attempts).toBe(1);
    }
  });

  it('goes on when the response ends as if it were whole', async () => {
    cluster.faults.ingress({ truncateAfter: 120, times: 1 });
    const future = fexec.callAsync(counted, 'truncated');
    expect(await future.result()).toBe('run;');
    expect(future.stats.attempts).toBe(1);
  });

  it('is lost with its pod, and told so; retries run it elsewhere', async () => {
    const lost = fexec.callAsync(counted, 'lost');
    await cluster.kill(await podOf(lost));
    const error = await rejection(lost.result());
    expect(error).toBeInstanceOf(WorkerLostError);
    expect(error.message).toMatch(/connection to the worker was cut while it ran the call/);
    const retried = fexec.callAsync(counted, 'retried', { retries: 2 });
    await cluster.kill(await podOf(retried));
    expect(await retried.result()).toBe('run;');
    expect(retried.stats.attempts).toBe(2);
  });

  it('waits out 429 and 503, and other connections than it has', async () => {
    cluster.faults.ingress({ status: 503, times: 2 });
    cluster.faults.ingress({ status: 429, times: 1 });
    const future = fexec.callAsync(plus, 1);
    expect(await future.result()).toBe(2);
    expect(future.stats.attempts).toBe(1);
  });

  it.each([502, 504])('that may have run when %i comes is repeated only by retries', async (status) => {
    cluster.faults.ingress({ status, times: 1 });
    const error = await rejection(fexec.callAsync(plus, 1).result());
    expect(error).toBeInstanceOf(InvocationError);
    expect(error.message).toMatch(/may have run/);
    cluster.faults.ingress({ status, times: 1 });
    expect(await fexec.callAsync(plus, 1, { retries: 1 }).result()).toBe(2);
  });

  it('that may have run when the connection ends without an answer is repeated only by retries', async () => {
    cluster.faults.ingress({ cut: 'after', times: 1 });
    expect(await rejection(fexec.callAsync(plus, 1).result())).toBeInstanceOf(WorkerLostError);
  });

  it('is refused a storage in folders of the client', async () => {
    const future = fexec.callAsync(async () => {
      const { taskContext } = await import('@lithops/core');
      return taskContext().storage.listKeys('bucket');
    }, 0);
    const error = await rejection(future.result());
    expect(error.message).toMatch(/folder of the machine that they were sent from/);
  });

  it('is ended when it runs for longer than runtime_timeout', async () => {
    await using brief = test.executor({ maxWorkers: 1, runtimeTimeout: 2 });
    await brief.callAsync(plus, 1).result();
    const error = await rejection(brief.callAsync(() => new Promise<never>(() => {}), 0).result());
    expect(error.message).toMatch(/longer than the 2 s/);
    expect(await brief.callAsync(plus, 1).result()).toBe(2);
  });

  it('may ask for more memory than others', async () => {
    const heap = async () => (await import('node:v8')).getHeapStatistics().heap_size_limit / 2 ** 20;
    const [usual, more] = await Promise.all([
      fexec.callAsync(heap, 0).result(),
      fexec.callAsync(heap, 0, { runtimeMemory: 1024 }).result(),
    ]);
    expect(more).toBeGreaterThan(usual + 300);
  });
});
