import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAccount, type TestAccount } from './account.ts';

let account: TestAccount;

beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account?.[Symbol.asyncDispose]());

test('runs the code of a zip and gives back what its handler returns', async () => {
  await account.deploy('double', 'export const handler = async ({ n }) => ({ twice: n * 2 });');
  expect(await account.invoke('double', { n: 21 })).toMatchObject({
    status: 200,
    error: undefined,
    payload: { twice: 42 },
  });
});

test('tells what a handler throws', async () => {
  await account.deploy('throws', 'export const handler = async () => { throw new RangeError("too far"); };');
  expect(await account.invoke('throws')).toMatchObject({
    status: 200,
    error: 'Unhandled',
    payload: {
      errorType: 'RangeError',
      errorMessage: 'too far',
      trace: expect.arrayContaining([expect.stringContaining('/var/task/index.mjs')]),
    },
  });
});

test('uses a sandbox again while it is warm, with what it holds', async () => {
  await account.deploy('counts', 'let n = 0; export const handler = async () => ({ n: ++n, pid: process.pid });');
  const first = await account.invoke('counts');
  const second = await account.invoke('counts');
  expect([first.payload, second.payload]).toMatchObject([{ n: 1 }, { n: 2 }]);
  expect(account.simulator.sandboxes().filter(({ functionName }) => functionName === 'counts')).toMatchObject([
    { invocations: 2 },
  ]);
});

test('ends an event whose time is over, and its sandbox', async () => {
  await account.deploy('hangs', 'export const handler = () => new Promise(() => setInterval(() => {}, 1000));', {
    Timeout: 1,
  });
  const { error, payload, log } = await account.invoke('hangs', {}, { LogType: 'Tail' });
  expect(error).toBe('Unhandled');
  expect(payload).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/),
  });
  expect(log).toMatch(/Task timed out after 1\.00 seconds\nEND RequestId/);
  expect(log).toMatch(/REPORT .*\tStatus: timeout/);
});

test.each([
  ['process.exit(7)', 'Runtime exited with error: exit status 7'],
  ['process.exit(0)', 'Runtime exited without providing a reason'],
  ['process.kill(process.pid, "SIGSEGV")', 'Runtime exited with error: signal: segmentation fault'],
])('tells of the end of a runtime: %s', async (code, message) => {
  const name = `ends-${code.replaceAll(/\W/g, '')}`;
  await account.deploy(name, `export const handler = async () => { ${code}; await new Promise(() => {}); };`);
  expect(await account.invoke(name)).toMatchObject({
    error: 'Unhandled',
    payload: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining(message) },
  });
  expect(await account.invoke(name)).toMatchObject({ error: 'Unhandled' });
});

test('ends what takes more memory than the function has', async () => {
  const source = `export const handler = async () => {
    const held = [];
    while (true) held.push(Buffer.alloc(16 * 1024 * 1024, 1));
  };`;
  await account.deploy('eats', source, { MemorySize: 128, Timeout: 60 });
  const { payload, log } = await account.invoke('eats', {}, { LogType: 'Tail' });
  expect(payload).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringContaining('signal: killed'),
  });
  expect(log).toMatch(/Memory Size: 128 MB\tMax Memory Used: 128 MB\t.*Error Type: Runtime\.OutOfMemory/);
});

test('tells why a module cannot be loaded', async () => {
  await account.deploy('missing', 'import "not-there"; export const handler = async () => 1;');
  expect(await account.invoke('missing')).toMatchObject({
    error: 'Unhandled',
    payload: { errorType: expect.any(String), errorMessage: expect.stringContaining('not-there') },
  });
});

test('shows the runtime what the service shows it', async () => {
  const source = `import { accessSync, writeFileSync, readFileSync, readdirSync } from 'node:fs';
    import { totalmem } from 'node:os';
    const can = (path) => { try { writeFileSync(path, 'x'); return 'yes'; } catch (error) { return error.code; } };
    export const handler = async (event, context) => ({
      memory: totalmem(), cwd: process.cwd(), uid: process.getuid(), root: readdirSync('/'),
      task: can('/var/task/x'), opt: can('/opt/x'), usr: can('/usr/x'), tmp: can('/tmp/x'),
      env: process.env, left: context.getRemainingTimeInMillis(), context });`;
  await account.deploy('looks', source, {
    MemorySize: 192,
    Timeout: 10,
    Environment: { Variables: { OWN: 'value' } },
  });
  const { payload } = await account.invoke('looks');
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:looks';
  expect(payload).toMatchObject({
    memory: 192 * 1024 * 1024,
    cwd: '/var/task',
    task: 'EROFS',
    opt: 'EROFS',
    usr: 'EROFS',
    tmp: 'yes',
    env: {
      OWN: 'value',
      AWS_LAMBDA_FUNCTION_NAME: 'looks',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '192',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/looks',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_REGION: 'us-east-1',
      LAMBDA_TASK_ROOT: '/var/task',
      AWS_SESSION_TOKEN: expect.any(String),
    },
    context: { functionName: 'looks', invokedFunctionArn: arn, memoryLimitInMB: '192' },
  });
  expect(payload).not.toMatchObject({ uid: 0 });
  const { left, root } = payload as { left: number; root: string[] };
  expect(left).toBeGreaterThan(1_000);
  expect(left).toBeLessThanOrEqual(10_000);
  expect(root).not.toContain('root');
});
