import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCommandInput,
  type InvokeWithResponseStreamCompleteEvent,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAccount, type TestAccount } from './account.ts';
import { refusalOf } from './refusal.ts';

const STREAMS = `export const handler = awslambda.streamifyResponse(async ({ parts, fails, wait }, stream) => {
  console.log('streams', parts);
  for (let part = 0; part < parts; part += 1) {
    stream.write('part ' + part + ';');
    if (wait) await fetch(wait);
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

type More = Partial<InvokeWithResponseStreamCommandInput> & { readonly onChunk?: (text: string) => void };

async function invoke(FunctionName: string, event: object, { onChunk, ...more }: More = {}) {
  const Payload = Buffer.from(JSON.stringify(event));
  const command = new InvokeWithResponseStreamCommand({ FunctionName, Payload, ...more });
  const { EventStream = [], StatusCode } = await account.client.send(command);
  const chunks: string[] = [];
  let complete: InvokeWithResponseStreamCompleteEvent | undefined;
  for await (const { PayloadChunk, InvokeComplete } of EventStream) {
    const text = Buffer.from(PayloadChunk?.Payload ?? '').toString('utf8');
    if (text !== '') chunks.push(text);
    onChunk?.(text);
    complete = InvokeComplete ?? complete;
  }
  return { status: StatusCode, chunks, complete };
}

test('an answer arrives while it is written', async () => {
  // The function goes on only when what it has written is here.
  const waiting: ServerResponse[] = [];
  let arrived = 0;
  const answer = () => {
    while (arrived > 0 && waiting.length > 0) {
      arrived -= 1;
      waiting.shift()?.end();
    }
  };
  const server = createServer((_request, response) => {
    waiting.push(response);
    answer();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wait = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const onChunk = () => {
    arrived += 1;
    answer();
  };
  const { status, chunks, complete } = await invoke('streams', { parts: 4, wait }, { LogType: 'Tail', onChunk });
  server.closeAllConnections();
  server.close();
  expect(status).toBe(200);
  expect(chunks).toEqual(['part 0;', 'part 1;', 'part 2;', 'part 3;']);
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

test('streams are throttled too', async () => {
  account.simulator.faults.throttle({ times: 1 });
  expect(await refusalOf(invoke('streams', { parts: 1 }))).toMatchObject({ name: 'TooManyRequestsException' });
});

test('a cut connection breaks the stream', async () => {
  account.simulator.faults.api({ operation: 'InvokeWithResponseStream', times: 1, cut: 150 });
  await expect(invoke('streams', { parts: 3 })).rejects.toThrow();
  expect((await invoke('streams', { parts: 1 })).chunks).toEqual(['part 0;']);
});
