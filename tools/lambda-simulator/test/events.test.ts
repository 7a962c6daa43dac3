import { setTimeout as delay } from 'node:timers/promises';
import {
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startAccount, type TestAccount } from './account.ts';

/** Fails as often as it is told to; the log tells of each time. */
const SOURCE = `export const handler = async ({ name, fails = 0 }, { awsRequestId }) => {
  console.log('ran', name, awsRequestId);
  globalThis.runs ??= {};
  globalThis.runs[name] = (globalThis.runs[name] ?? 0) + 1;
  if (globalThis.runs[name] <= fails) throw new Error('not yet');
};`;
let account: TestAccount;

beforeAll(async () => {
  account = await startAccount({ eventRetryMs: [50, 100] });
  await account.deploy('later', SOURCE);
});
afterEach(() => account.simulator.faults.clear());
afterAll(() => account?.[Symbol.asyncDispose]());

async function send(event: { readonly name: string; readonly fails?: number }): Promise<void> {
  const command = new InvokeCommand({ FunctionName: 'later', InvocationType: 'Event', Payload: JSON.stringify(event) });
  expect(await account.client.send(command)).toMatchObject({ StatusCode: 202 });
}

/** Request ids of the times that an event ran, when no event is waiting any more. */
async function runsOf(name: string): Promise<string[]> {
  while (account.simulator.queuedEvents > 0) await delay(10);
  const lines = account.simulator.log('later').map((line) => line.split('\t'));
  return lines.flatMap(([, , , text = '']) => (text.startsWith(`ran ${name} `) ? [text.split(' ')[2] ?? ''] : []));
}

test('an event is accepted and run later', async () => {
  await send({ name: 'once' });
  expect(await runsOf('once')).toHaveLength(1);
});

test('an event whose function fails is run twice more, as the same request', async () => {
  await send({ name: 'thrice', fails: 9 });
  const runs = await runsOf('thrice');
  expect(runs).toHaveLength(3);
  expect(new Set(runs).size).toBe(1);
});

test('an event that succeeds at last is not run again', async () => {
  await send({ name: 'twice', fails: 1 });
  expect(await runsOf('twice')).toHaveLength(2);
});

test('retries can be configured away', async () => {
  await account.client.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName: 'later', MaximumRetryAttempts: 0 }),
  );
  await send({ name: 'never again', fails: 9 });
  expect(await runsOf('never')).toHaveLength(1);
});

test('events can be lost, and run twice', async () => {
  const { faults } = account.simulator;
  faults.loseEvents({ functionName: 'later', times: 1 });
  await send({ name: 'lost' });
  expect(await runsOf('lost')).toEqual([]);
  faults.duplicateEvents({ functionName: 'later', times: 1 });
  await send({ name: 'doubled' });
  const runs = await runsOf('doubled');
  expect(runs).toHaveLength(2);
  expect(new Set(runs).size).toBe(1);
});

test('events wait while their function is throttled, and are given up without any concurrency', async () => {
  await account.deploy('alone', 'export const handler = ({ ms }) => new Promise((done) => setTimeout(done, ms));');
  const reserve = (count: number) =>
    account.client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'alone', ReservedConcurrentExecutions: count }),
    );
  await reserve(1);
  for (let event = 0; event < 3; event += 1) await account.invoke('alone', { ms: 30 }, { InvocationType: 'Event' });
  while (account.simulator.queuedEvents > 0) await delay(10);
  expect(account.sandboxes('alone')).toMatchObject([{ invocations: 3 }]);
  await reserve(0);
  await account.invoke('alone', { ms: 0 }, { InvocationType: 'Event' });
  while (account.simulator.queuedEvents > 0) await delay(10);
  expect(account.sandboxes('alone')).toMatchObject([{ invocations: 3 }]);
});
