import { DeleteFunctionCommand, LambdaClient, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { CancelledError, InvocationError, PayloadTooLargeError, WorkerLostError } from '@lithops/core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { rejection, startTestAccount, type TestAccount } from './account.ts';

// Sandboxes are processes, which start slowly on a machine that has much to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** How invocations are asked for. */
const operation = 'InvokeWithResponseStream';

let account: TestAccount;
let client: LambdaClient;

beforeAll(async () => {
  account = await startTestAccount();
  const { endpoint, region, credentials } = account.simulator;
  client = new LambdaClient({ endpoint, region, credentials });
});
afterEach(() => account.simulator.faults.clear());
afterAll(async () => {
  client?.destroy();
  await account?.[Symbol.asyncDispose]();
});

function functionName(): string {
  const [sandbox] = account.simulator.sandboxes();
  if (sandbox === undefined) throw new Error('no sandbox was started yet');
  return sandbox.functionName;
}

it('waits where Lambda throttles or has not made the function ready, and runs every call once', async () => {
  await using fexec = account.executor({ maxWorkers: 4 });
  await fexec.callAsync((i: number) => i, 0).result();
  account.simulator.faults.throttle({ operation, times: 8 } as { times: number });
  for (const name of ['CodeArtifactUserPendingException', 'ResourceConflictException', 'EC2ThrottledException'])
    account.simulator.faults.api({ operation, times: 1, error: { name, status: 409 } });
  const list = fexec.map((i: number) => i * 2, [1, 2, 3, 4, 5, 6], { chunksize: 1 });
  expect(await list.result()).toEqual([2, 4, 6, 8, 10, 12]);
  expect(Array.from(list, (future) => future.stats.attempts)).toEqual([1, 1, 1, 1, 1, 1]);
});

it('keeps to what the account can run at once', async () => {
  account.simulator.faults.limitConcurrency(2);
  try {
    await using fexec = account.executor({ maxWorkers: 6 });
    const list = fexec.map(
      async (i: number) => {
        await new Promise((done) => setTimeout(done, 100));
        return i;
      },
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    expect(await list.result()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  } finally {
    account.simulator.faults.limitConcurrency(1000);
  }
});

it('fails an attempt that may have run, and repeats it only where retries allow that', async () => {
  await using fexec = account.executor({ maxWorkers: 1 });
  const broken = () => fexec.callAsync((i: number) => i + 1, 1).result();
  await expect(broken()).resolves.toBe(2);
  account.simulator.faults.api({ operation, times: 1, error: { name: 'ServiceException', status: 500 } });
  expect(await rejection(broken())).toBeInstanceOf(InvocationError);
  account.simulator.faults.api({ operation, times: 1, cut: 'within' });
  expect(await rejection(broken())).toBeInstanceOf(WorkerLostError);
  account.simulator.faults.api({ operation, times: 1, cut: 'within' });
  account.simulator.faults.api({ operation, times: 1, error: { name: 'ServiceException', status: 500 } });
  await expect(fexec.callAsync((i: number) => i + 1, 2, { retries: 3 }).result()).resolves.toBe(3);
});

it('says what became of a sandbox that ended', async () => {
  await using fexec = account.executor({ maxWorkers: 1 });
  const future = fexec.callAsync(() => new Promise((done) => setTimeout(done, 20_000)), 0);
  await expect.poll(() => future.state, { timeout: 60_000 }).toBe('running');
  for (const { functionName: name } of account.simulator.sandboxes()) account.simulator.faults.killSandboxes(name);
  const error = await rejection(future.result());
  expect(error).toBeInstanceOf(WorkerLostError);
  expect(error.message).toMatch(/Runtime\.ExitError/);
});

it('deploys a function again that somebody has deleted in the middle of a job', async () => {
  await using fexec = account.executor({ maxWorkers: 2 });
  await fexec.callAsync((i: number) => i, 1).result();
  await client.send(new DeleteFunctionCommand({ FunctionName: functionName() }));
  expect(await fexec.map((i: number) => i + 1, [1, 2, 3]).result()).toEqual([2, 3, 4]);
});

it('says that a function is switched off', async () => {
  await using fexec = account.executor({ maxWorkers: 1, runtimeMemory: 192 });
  await fexec.callAsync((i: number) => i, 1).result();
  const name = account.simulator.sandboxes().at(-1)?.functionName;
  await client.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 0 }));
  const error = await rejection(fexec.callAsync((i: number) => i, 1).result());
  expect(error).toBeInstanceOf(InvocationError);
  expect(error.message).toMatch(/reserved concurrency is 0/);
});

it('ends the work of cancelled calls, which Lambda itself would let run to their end', async () => {
  await using fexec = account.executor({ maxWorkers: 1 });
  const loop = fexec.callAsync(() => {
    for (;;);
  }, 0);
  await expect.poll(() => loop.state, { timeout: 60_000 }).toBe('running');
  await loop.cancel();
  expect(await rejection(loop.result())).toBeInstanceOf(CancelledError);
  await expect
    .poll(() => account.simulator.sandboxes().filter(({ state }) => state === 'busy'), { timeout: 60_000 })
    .toEqual([]);
});

it('runs as many calls of an invocation at once as the function has CPUs', async () => {
  await using fexec = account.executor({ maxWorkers: 1, runtimeMemory: 2 * 1769 });
  const pids = await fexec
    .map(async () => {
      await new Promise((done) => setTimeout(done, 300));
      return process.pid;
    }, [1, 2])
    .result();
  expect(new Set(pids).size).toBe(2);
});

it('sends functions and arguments by the storage that are too large for a request, and refuses them without one', async () => {
  const large = 'x'.repeat(7 * 2 ** 20);
  const sum = (i: number, text: string) => i + text.length;
  await using fexec = account.executor({ maxWorkers: 2 });
  expect(await fexec.callAsync((i: number) => i + large.length, 1).result()).toBe(large.length + 1);
  expect(await fexec.map(sum, [1, 2], { extraArgs: [large] }).result()).toEqual([large.length + 1, large.length + 2]);
  const back = await fexec.callAsync((n: number) => 'y'.repeat(n), 8 * 2 ** 20).result();
  expect(back.length).toBe(8 * 2 ** 20);
  await using without = account.executor({ maxWorkers: 1 }, { storage: 'localhost' });
  expect(await rejection(without.map(sum, [1], { extraArgs: [large] }).result())).toBeInstanceOf(PayloadTooLargeError);
  expect(await without.callAsync((i: number) => i + 1, 1).result()).toBe(2);
});
