import {
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCommandInput,
  type InvokeWithResponseStreamCompleteEvent,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAccount, type TestAccount } from './account.ts';
import { refusalOf } from './refusal.ts';

const STREAMS = `export const handler = awslambda.streamifyResponse(async ({ parts, fails }, stream) => {
  console.log('streams', parts);
  for (let part = 0; part < parts; part += 1) {
    stream.write('part ' + part + ';');
    await new Promise((next) => setTimeout(next, 50));
  }
  if (fails) throw new TypeError('half way');
  stream.end();
});`;
let account: TestAccount;

beforeAll(async () => {
  account = await startAccount();
  await account.deploy('streams', STREAMS, { Timeout: 20 });
  await account.deploy('returns', 'export const handler = async ({ n }) => "x".repeat(n);', { Timeout: 20 });
});
afterAll(() => account?.[Symbol.asyncDispose]());

async function invoke(FunctionName: string, event: object, more: Partial<InvokeWithResponseStreamCommandInput> = {}) {
  const command = new InvokeWithResponseStreamCommand({
    FunctionName,
    Payload: Buffer.from(JSON.stringify(event)),
    ...more,
  });
  const { EventStream = [], StatusCode } = await account.client.send(command);
  const chunks: string[] = [];
  const times: number[] = [];
  let complete: InvokeWithResponseStreamCompleteEvent | undefined;
  for await (const { PayloadChunk, InvokeComplete } of EventStream) {
    if (PayloadChunk?.Payload !== undefined) chunks.push(Buffer.from(PayloadChunk.Payload).toString('utf8'));
    times.push(performance.now());
    complete = InvokeComplete ?? complete;
  }
  return { status: StatusCode, chunks, complete, spread: (times.at(-1) ?? 0) - (times[0] ?? 0) };
}

test('an answer arrives while it is written', async () => {
  const { status, chunks, complete, spread } = await invoke('streams', { parts: 4 }, { LogType: 'Tail' });
  expect(status).toBe(200);
  expect(chunks.join('')).toBe('part 0;part 1;part 2;part 3;');
  expect(chunks.length).toBeGreaterThan(1);
  expect(spread).toBeGreaterThan(100);
  expect(complete?.ErrorCode).toBeUndefined();
  expect(Buffer.from(complete?.LogResult ?? '', 'base64').toString()).toMatch(/streams 4\n(.|\n)*REPORT RequestId/);
});

test('an answer that was not streamed arrives too, whatever its size', async () => {
  const { chunks } = await invoke('returns', { n: 3_000_000 });
  expect(JSON.parse(chunks.join(''))).toHaveLength(3_000_000);
});

test('what fails half way is told after what was written', async () => {
  const { chunks, complete } = await invoke('streams', { parts: 1, fails: true });
  expect(chunks.join('')).toBe('part 0;');
  expect(complete?.ErrorCode).toBe('Unhandled');
  expect(JSON.parse(complete?.ErrorDetails ?? '{}')).toMatchObject({
    errorType: 'TypeError',
    errorMessage: 'half way',
  });
});

test('answers of more than 6 MB are for streams only', async () => {
  const source = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
    stream.end('x'.repeat(7_000_000));
    await new Promise((done) => stream.on('finish', done));
  });`;
  await account.deploy('large', source, { Timeout: 20 });
  expect((await invoke('large', {})).chunks.join('')).toHaveLength(7_000_000);
  expect(await account.invoke('large')).toMatchObject({
    error: 'Unhandled',
    payload: { errorType: 'Function.ResponseSizeTooLarge' },
  });
  expect(await account.invoke('returns', { n: 7_000_000 })).toMatchObject({
    error: 'Unhandled',
    payload: { errorType: 'Function.ResponseSizeTooLarge' },
  });
});

test('what is not there is refused before anything is streamed', async () => {
  expect(await refusalOf(invoke('none', {}))).toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
});

test('a cut connection breaks the stream', async () => {
  account.simulator.faults.api({ operation: 'InvokeWithResponseStream', times: 1, cut: 150 });
  await expect(invoke('streams', { parts: 3 })).rejects.toThrow();
  expect((await invoke('streams', { parts: 1 })).chunks).toEqual(['part 0;']);
});
