import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BudgetExceededError, FunctionExecutor, type ObjectPartition, objects, WorkerLostError } from '@lithops/core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { rejection, startTestAccount, type TestAccount } from './account.ts';
import { type CommandLine, commandLine } from './command-line.ts';

// Sandboxes are processes, which start slowly on a machine that has much to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let account: TestAccount;
let command: CommandLine;
/** It goes on beside the other tests. */
let doomed: Promise<Error> | undefined;
beforeAll(async () => {
  account = await startTestAccount();
  doomed = killDetached();
  doomed.catch(() => {}); // told by its test
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

it('hands durable jobs over, and goes on with one whose client was killed', async () => {
  const { withS3, simulator } = account;
  const config = { ...withS3.config, aws_lambda: account.section({ maxWorkers: 3 }) };
  const options = { ...withS3, backend: 'aws_lambda', config };
  const file = join(mkdtempSync(join(tmpdir(), 'lithops-lambda-client-')), 'client.ts');
  const source = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  writeFileSync(
    file,
    `import { FunctionExecutor, registry, type TaskContext } from ${source('../../../kernel/core/src/index.ts')};
     import plugin from ${source('../src/index.ts')};
     registry.register(plugin);
     const fexec = new FunctionExecutor(${JSON.stringify(options)});
     const untilTold = async (i: number, { storage }: TaskContext) => {
       while ((await storage.listKeys('lithops-signals')).length === 0) await new Promise((done) => setTimeout(done, 100));
       return i * i;
     };
     const list = fexec.map(untilTold, [1, 2, 3], { durable: true, chunksize: 1 });
     await list.submitted;
     const watch = setInterval(() => {
       if (!list.every(({ state }) => state === 'running')) return;
       clearInterval(watch);
       process.stdout.write(fexec.executorId);
     }, 20);`,
  );
  const invocations = () => simulator.requests.filter((operation) => operation === 'Invoke').length;
  const earlier = invocations();
  await using fexec = account.executor();
  await fexec.storage.createBucket('lithops-signals');
  const client = spawn(process.execPath, [file], {
    cwd: new URL('../../../../', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [id] = (await once(client.stdout, 'data')) as [Buffer];
  client.kill('SIGKILL');
  await once(client, 'exit');
  await fexec.storage.putObject('lithops-signals', 'go', 'on');
  rmSync(dirname(file), { recursive: true });
  await using attached = await FunctionExecutor.attach(id.toString(), options);
  expect(await attached.getResult()).toEqual([1, 4, 9]);
  // They ran on: nothing was sent again.
  expect(invocations()).toBe(earlier + 3);
  expect(simulator.requests).toContain('PutFunctionEventInvokeConfig');
  await attached.clean();
});

it('reduces what it maps over the lines of objects in S3', async () => {
  await using fexec = account.executor({ maxWorkers: 3 });
  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i}\n`).join('');
  await fexec.storage.createBucket('lithops-books');
  await fexec.storage.putObject('lithops-books', 'shelf/one', lines(0, 3_000));
  await fexec.storage.putObject('lithops-books', 'shelf/two', lines(3_000, 5_000));
  const sumOfLines = async (part: ObjectPartition) => {
    let sum = 0;
    for await (const line of part.lines()) sum += Number(line);
    return sum;
  };
  const add = (sums: number[]) => sums.reduce((all, sum) => all + sum, 0);
  const source = objects('aws_s3://lithops-books/shelf/');
  const total = fexec.mapReduce(sumOfLines, source, add, { objChunkSize: 8 * 1024 });
  expect(await total.result()).toBe((4_999 * 5_000) / 2);
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

it('tells what Lambda says of a detached worker that is gone, without a word of its own', async () => {
  const error = await doomed;
  expect(error).toBeInstanceOf(WorkerLostError);
  expect(error?.message).toMatch(/Runtime\.ExitError; it used \d+ of 190 MB/);
});

/** What becomes of a detached call whose sandbox is killed: noticed when its signs of life stay away, some 20 s later. */
async function killDetached(): Promise<Error> {
  await using fexec = account.executor({ maxWorkers: 1, invokeType: 'Event', runtimeMemory: 190 });
  const future = fexec.callAsync(async () => {
    console.log('here I am');
    await new Promise((done) => setTimeout(done, 60_000));
  }, 0);
  await vi.waitUntil(() => future.logs === 'here I am\n', { timeout: 60_000, interval: 50 });
  const [name = ''] = account.simulator.sandboxes().flatMap((one) => (one.state === 'busy' ? [one.functionName] : []));
  account.simulator.faults.killSandboxes(name);
  return await rejection(future.result());
}
