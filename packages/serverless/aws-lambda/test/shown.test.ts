import { BudgetExceededError, FunctionExecutor } from '@lithops/core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestAccount, type TestAccount } from './account.ts';
import { type CommandLine, commandLine } from './command-line.ts';

// Sandboxes are processes, which start slowly on a machine that has much to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let account: TestAccount;
let command: CommandLine;
beforeAll(async () => {
  account = await startTestAccount();
  command = commandLine(account.section({ maxWorkers: 2 }));
});
afterAll(async () => {
  command?.[Symbol.dispose]();
  await account?.[Symbol.asyncDispose]();
});

it('says hello, what that has cost, and what more would', async () => {
  const said = await command.run('hello', '-m', '2');
  expect(said.match(/Hello from task \d, in process \d+/g)).toHaveLength(2);
  expect(said).toMatch(/Lithops works: 2 tasks on aws_lambda in \d+\.\d+ s, for 0\.0000\d+ USD\n$/);
  const estimate = await command.run('estimate', '--calls', '1000000', '--seconds', '1', '--runtime-memory', '1024');
  expect(estimate).toMatch(/^1000000 calls of 1 s: about 16\.9 USD, by prices of \d{4}-/);
  expect(await command.run('runtime', 'list')).toMatch(/nodejs2\d\.x/);
});

it('runs executors inside tasks, in the same sandbox', async () => {
  await using fexec = account.executor({ maxWorkers: 1, runtimeMemory: 512 });
  const sum = await fexec
    .callAsync(async (base: number) => {
      await using inner = new FunctionExecutor();
      const parts = await inner.map((i: number) => i * 10, [base, base + 1]).result();
      return parts.reduce((a, b) => a + b, 0);
    }, 1)
    .result();
  expect(sum).toBe(30);
});

it('goes on with a job whose client has gone', async () => {
  let key: string;
  {
    await using fexec = account.executor({ maxWorkers: 2, invokeType: 'Event' });
    const slow = async (i: number) => {
      await new Promise((done) => setTimeout(done, 1_000));
      return i * i;
    };
    await fexec.map(slow, [1, 2, 3], { durable: true }).submitted;
    key = fexec.executorId;
  }
  const { withS3 } = account;
  await using attached = await FunctionExecutor.attach(key, {
    ...withS3,
    backend: 'aws_lambda',
    config: { ...withS3.config, aws_lambda: account.section({ maxWorkers: 2, invokeType: 'Event' }) },
  });
  expect(await attached.getResult()).toEqual([1, 4, 9]);
  await attached.clean();
});

it('charges what Lambda bills, and keeps a job within its budget', async () => {
  await using fexec = account.executor({ maxWorkers: 1 });
  await fexec.map((i: number) => i, [1, 2], { chunksize: 1 }).result();
  // Two requests, and at least a millisecond of each.
  const least = 2 * (0.000_000_2 + 0.001 * 0.25 * 0.000_016_666_7);
  await expect.poll(() => fexec.jobSummary()[0]?.cost?.amount, { timeout: 60_000 }).toBeGreaterThanOrEqual(least);
  const wait = () => new Promise((done) => setTimeout(done, 30_000));
  // Not even two seconds of 256 MB.
  const dear = fexec.callAsync(wait, 0, { budget: 0.000_008 });
  await expect(dear.result()).rejects.toBeInstanceOf(BudgetExceededError);
});
