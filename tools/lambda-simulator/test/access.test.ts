import { InvokeCommand, LambdaClient, type LambdaClientConfig, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAccount, type TestAccount } from './account.ts';
import { refusalOf } from './refusal.ts';

let account: TestAccount;

beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account?.[Symbol.asyncDispose]());

function client(more: LambdaClientConfig): LambdaClient {
  const { endpoint, region, credentials } = account.simulator;
  return new LambdaClient({ endpoint, region, credentials, maxAttempts: 1, ...more });
}

const list = (more: LambdaClientConfig) => refusalOf(client(more).send(new ListFunctionsCommand({})));

test('requests of who is not known are refused', async () => {
  const { credentials } = account.simulator;
  expect(await list({ credentials: { ...credentials, accessKeyId: 'AKIAUNKNOWN' } })).toMatchObject({
    name: 'UnrecognizedClientException',
    status: 403,
  });
  expect(await list({ credentials: { ...credentials, sessionToken: 'of somebody else' } })).toMatchObject({
    name: 'UnrecognizedClientException',
  });
});

test('requests that were not signed with the secret are refused', async () => {
  const credentials = { ...account.simulator.credentials, secretAccessKey: 'guessed' };
  expect(await list({ credentials })).toMatchObject({ name: 'InvalidSignatureException', status: 403 });
});

test('requests for another region are refused', async () => {
  expect(await list({ region: 'eu-central-1' })).toMatchObject({
    name: 'InvalidSignatureException',
    message: expect.stringContaining('valid region'),
  });
});

test('requests that were signed long ago are refused', async () => {
  expect(await list({ systemClockOffset: -20 * 60_000 })).toMatchObject({
    name: 'InvalidSignatureException',
    message: expect.stringContaining('Signature expired'),
  });
});

test('requests that were changed on their way are refused', async () => {
  const changed = client({});
  changed.middlewareStack.add(
    (next) => async (args) => {
      (args.request as { body: unknown }).body = '{"n":2}'; // after it was signed
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  expect(await refusalOf(changed.send(new InvokeCommand({ FunctionName: 'f', Payload: '{"n":1}' })))).toMatchObject({
    name: 'InvalidSignatureException',
  });
});

test('requests without a signature are refused', async () => {
  const response = await fetch(`${account.simulator.endpoint}/2015-03-31/functions`);
  expect(response.status).toBe(403);
  expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
});

test('requests of a session that is over are refused', async () => {
  const revive = account.simulator.faults.expire(account.simulator.credentials.accessKeyId);
  expect(await list({})).toMatchObject({ name: 'ExpiredTokenException', status: 403 });
  revive();
  await client({}).send(new ListFunctionsCommand({}));
});

test('functions may send requests with what their role gives them', async () => {
  await account.deploy(
    'asks',
    `export const handler = async ({ endpoint }) => {
      const { AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN } = process.env;
      return { AWS_ACCESS_KEY_ID, token: AWS_SESSION_TOKEN, secret: process.env.AWS_SECRET_ACCESS_KEY };
    };`,
  );
  const { payload } = await account.invoke('asks');
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    token: sessionToken,
    secret: secretAccessKey,
  } = payload as Record<string, string>;
  const credentials = {
    accessKeyId: accessKeyId ?? '',
    secretAccessKey: secretAccessKey ?? '',
    sessionToken: sessionToken ?? '',
  };
  const { Functions } = await client({ credentials }).send(new ListFunctionsCommand({}));
  expect(Functions).toHaveLength(1);
});

test('paths with what has to be encoded are understood', async () => {
  const name = 'arn:aws:lambda:us-east-1:123456789012:function:asks:$LATEST';
  expect(await account.invoke(name)).toMatchObject({ status: 200 });
});
