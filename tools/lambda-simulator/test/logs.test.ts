import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAccount, type TestAccount } from './account.ts';
import { refusalOf } from './refusal.ts';

const logGroupName = '/aws/lambda/prints';
let account: TestAccount;
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  account = await startAccount();
  const { endpoint, region, credentials } = account.simulator;
  logs = new CloudWatchLogsClient({ endpoint, region, credentials, maxAttempts: 1 });
  await account.deploy('prints', 'export const handler = async ({ text }) => { console.log(text); };');
  await account.invoke('prints', { text: 'one red' });
  await account.invoke('prints', { text: 'two blue' });
});
afterAll(async () => {
  logs?.destroy();
  await account?.[Symbol.asyncDispose]();
});

test('what functions print is found by terms, in pages', async () => {
  const all = await logs.send(new FilterLogEventsCommand({ logGroupName }));
  const lines = (all.events ?? []).map(({ message = '' }) => message);
  expect(lines.map((line) => line.split(/[ \t]/)[0])).toEqual([
    'INIT_START',
    'START',
    expect.stringMatching(/Z$/),
    'END',
    'REPORT',
    'START',
    expect.stringMatching(/Z$/),
    'END',
    'REPORT',
  ]);
  const found = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern: '"two blue"' }));
  expect(found.events).toMatchObject([{ message: expect.stringContaining('two blue'), timestamp: expect.any(Number) }]);
  const page = await logs.send(new FilterLogEventsCommand({ logGroupName, limit: 5 }));
  const { nextToken = '' } = page;
  const rest = await logs.send(new FilterLogEventsCommand({ logGroupName, limit: 5, nextToken }));
  expect([...(page.events ?? []), ...(rest.events ?? [])].map(({ eventId }) => eventId)).toEqual(
    (all.events ?? []).map(({ eventId }) => eventId),
  );
});

test('streams are those of sandboxes, and are read from their head', async () => {
  const { logStreams = [] } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
  expect(logStreams).toHaveLength(1);
  const logStreamName = logStreams[0]?.logStreamName ?? '';
  expect(logStreamName).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  const read = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }));
  expect(read.events).toHaveLength(9);
  const nextToken = read.nextForwardToken ?? '';
  const again = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, nextToken }));
  expect(again).toMatchObject({ events: [], nextForwardToken: nextToken });
});

test('what is running is read too', async () => {
  await account.deploy(
    'runs',
    `export const handler = ({ ms }) => {
    console.log('has begun');
    return new Promise((done) => setTimeout(done, ms));
  };`,
    { Timeout: 60 },
  );
  const running = account.invoke('runs', { ms: 30_000 });
  const filter = new FilterLogEventsCommand({ logGroupName: '/aws/lambda/runs', filterPattern: 'begun' });
  await account.running(1);
  while ((await logs.send(filter)).events?.length === 0);
  account.simulator.faults.killSandboxes('runs');
  expect(await running).toMatchObject({ error: 'Unhandled' });
});

test('a group that is not there is refused', async () => {
  expect(await refusalOf(logs.send(new FilterLogEventsCommand({ logGroupName: 'none' })))).toMatchObject({
    name: 'ResourceNotFoundException',
    status: 400,
  });
});
