import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAccount, type TestAccount } from './account.ts';
import { refusalOf } from './refusal.ts';

const SLOW = 'export const handler = ({ ms = 300 }) => new Promise((done) => setTimeout(() => done(process.pid), ms));';
let account: TestAccount;

beforeAll(async () => {
  account = await startAccount({ concurrency: 3 });
  await account.deploy('slow', SLOW, { Timeout: 90 });
});
afterAll(() => account?.[Symbol.asyncDispose]());

test('events at once run in sandboxes of their own', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => account.invoke('slow', { ms: 1_000 })));
  expect(new Set(answers.map(({ payload }) => payload)).size).toBe(3);
  expect(account.simulator.peakConcurrency).toBe(3);
});

test('more events at once than the account may run are refused', async () => {
  const running = [1, 2, 3].map(() => account.invoke('slow', { ms: 60_000 }));
  await account.running(3);
  const { error, ...refusal } = await refusalOf(account.invoke('slow'));
  expect(refusal).toEqual({ name: 'TooManyRequestsException', status: 429, message: 'Rate Exceeded.' });
  expect(error).toMatchObject({ Reason: 'ConcurrentInvocationLimitExceeded', retryAfterSeconds: '1', Type: 'User' });
  account.simulator.faults.killSandboxes('slow');
  await Promise.all(running);
  expect(await account.invoke('slow', { ms: 0 })).toMatchObject({ status: 200 });
});

test('without any concurrency all events are refused', async () => {
  await account.deploy('never', SLOW);
  await account.client.send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'never', ReservedConcurrentExecutions: 0 }),
  );
  const { error } = await refusalOf(account.invoke('never'));
  expect(error).toMatchObject({
    name: 'TooManyRequestsException',
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  });
});
