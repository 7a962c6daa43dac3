import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeleteFunctionCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { clientOf, startAccount, type TestAccount } from './account.ts';
import { refusalOf } from './refusal.ts';

const COUNTS = 'let n = 0; export const handler = async () => ({ n: ++n, text: "x".repeat(10_000) });';
let account: TestAccount;

beforeAll(async () => {
  account = await startAccount();
  await account.deploy('counts', COUNTS);
});
afterEach(() => account.simulator.faults.clear());
afterAll(() => account?.[Symbol.asyncDispose]());

const runs = async () => (await account.invoke('counts')).payload as { n: number };

test('so many requests are answered with an error, and those after them carried out', async () => {
  account.simulator.faults.throttle({ functionName: 'counts', times: 2, retryAfterSeconds: 7 });
  for (let request = 0; request < 2; request += 1) {
    const { error, status } = await refusalOf(account.invoke('counts'));
    expect(status).toBe(429);
    expect(error).toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'CallerRateLimitExceeded',
      retryAfterSeconds: '7',
    });
  }
  expect(await account.invoke('counts')).toMatchObject({ status: 200 });
});

test('the SDK tries again what it may', async () => {
  account.simulator.faults.api({
    operation: 'ListFunctions',
    times: 2,
    error: { name: 'ServiceException', status: 500 },
  });
  const patient = clientOf(account.simulator, 4);
  const before = account.simulator.requests.length;
  expect((await patient.send(new ListFunctionsCommand({}))).Functions).toHaveLength(1);
  expect(account.simulator.requests.slice(before)).toEqual(['ListFunctions', 'ListFunctions', 'ListFunctions']);
  patient.destroy();
});

test.each([
  ['before', 0],
  ['after', 1],
  ['within', 1],
  [100, 1],
] as const)('a connection ends: %s', async (cut, ran) => {
  const { n } = await runs();
  account.simulator.faults.api({ operation: 'Invoke', times: 1, cut });
  await expect(account.invoke('counts')).rejects.toThrow();
  expect((await runs()).n).toBe(n + ran + 1);
});

test('a new sandbox can be slow to start', async () => {
  account.simulator.faults.slowStarts({ functionName: 'counts', delayMs: 400, times: 1 });
  account.simulator.faults.killSandboxes('counts');
  const started = performance.now();
  expect((await runs()).n).toBe(1);
  expect(performance.now() - started).toBeGreaterThan(400);
});

test('the sandbox of a running event can be ended', async () => {
  await account.deploy('waits', 'export const handler = () => new Promise((done) => setTimeout(done, 60_000));', {
    Timeout: 90,
  });
  const waiting = account.invoke('waits');
  await account.running(1);
  account.simulator.faults.killSandboxes('waits');
  expect(await waiting).toMatchObject({ error: 'Unhandled', payload: { errorType: 'Runtime.ExitError' } });
});

test('a function may be deleted while it runs: its event ends, and the next is refused', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // of TCP
  const source = `export const handler = async ({ url }) => (await fetch(url)).text();`;
  await account.deploy('deleted', source);
  const running = account.invoke('deleted', { url: `http://127.0.0.1:${port}` });
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  await account.client.send(new DeleteFunctionCommand({ FunctionName: 'deleted' }));
  expect(await refusalOf(account.invoke('deleted'))).toMatchObject({ name: 'ResourceNotFoundException' });
  response.end('to the end');
  expect(await running).toMatchObject({ error: undefined, payload: 'to the end' });
  await account.gone('deleted');
  server.closeAllConnections();
  server.close();
});

test('a role may not be ready yet', async () => {
  account.simulator.faults.roleNotReady(1);
  expect(await refusalOf(account.deploy('new', COUNTS))).toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'The role defined for the function cannot be assumed by Lambda.',
  });
  await account.deploy('new', COUNTS);
});
