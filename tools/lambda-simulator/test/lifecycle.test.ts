import { createHash } from 'node:crypto';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  ListFunctionsCommand,
  ListTagsCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  paginateListFunctions,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytesOf, functionRequest, startAccount, type TestAccount } from './account.ts';
import { refusalOf } from './refusal.ts';
import { zipOf } from './zip.ts';

const SOURCE = 'export const handler = async () => "first";';
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
let account: TestAccount;

beforeAll(async () => {
  account = await startAccount({ pendingMs: 0 });
});
afterAll(() => account?.[Symbol.asyncDispose]());

const updated = (name: string) =>
  waitUntilFunctionUpdatedV2(
    { client: account.client, maxWaitTime: 20, minDelay: 0.02, maxDelay: 0.05 },
    { FunctionName: name },
  );

test('a function is Pending, then Active, and shown as it was made', async () => {
  const release = account.simulator.faults.holdStates();
  const { Timeout: _, ...request } = functionRequest('made', SOURCE, {
    Tags: { team: 'a' },
    Description: 'mine',
    MemorySize: 512,
  });
  const created = await account.client.send(new CreateFunctionCommand(request));
  const zip = Buffer.from(request.Code?.ZipFile ?? '');
  expect(created).toMatchObject({
    FunctionName: 'made',
    FunctionArn: arnOf('made'),
    State: 'Pending',
    StateReasonCode: 'Creating',
    CodeSha256: createHash('sha256').update(zip).digest('base64'),
    CodeSize: zip.length,
    Description: 'mine',
    MemorySize: 512,
    Timeout: 3,
    EphemeralStorage: { Size: 512 },
    PackageType: 'Zip',
    Version: '$LATEST',
    Architectures: ['x86_64'],
  });
  expect(await refusalOf(account.invoke('made'))).toMatchObject({
    name: 'ResourceConflictException',
    status: 409,
    message: expect.stringContaining('Pending'),
  });
  release();
  await account.active('made');
  const { Configuration, Tags, Code } = await account.client.send(new GetFunctionCommand({ FunctionName: 'made' }));
  expect(Configuration).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });
  expect(Configuration?.RevisionId).not.toBe(created.RevisionId);
  expect(Tags).toEqual({ team: 'a' });
  expect(Code?.RepositoryType).toBe('S3');
  for (const name of [arnOf('made'), '123456789012:function:made', 'made:$LATEST', `${arnOf('made')}:$LATEST`])
    expect(await account.client.send(new GetFunctionConfigurationCommand({ FunctionName: name }))).toMatchObject({
      FunctionName: 'made',
    });
});

test('new code is in use once its update has succeeded, and old sandboxes go', async () => {
  await account.deploy('changed', SOURCE);
  expect(await account.invoke('changed')).toMatchObject({ payload: 'first' });
  const [before] = account.sandboxes('changed');
  const code = { FunctionName: 'changed', ZipFile: bytesOf(zipOf({ 'index.mjs': SOURCE.replace('first', 'second') })) };
  const release = account.simulator.faults.holdStates();
  const answer = await account.client.send(new UpdateFunctionCodeCommand(code));
  expect(answer).toMatchObject({ LastUpdateStatus: 'InProgress', State: 'Active' });
  expect(await account.invoke('changed')).toMatchObject({ payload: 'first' });
  expect(await refusalOf(account.client.send(new UpdateFunctionCodeCommand(code)))).toMatchObject({
    name: 'ResourceConflictException',
    message: expect.stringContaining('An update is in progress'),
  });
  release();
  await updated('changed');
  expect(await account.invoke('changed')).toMatchObject({ payload: 'second' });
  expect(account.sandboxes('changed').map(({ pid }) => pid)).not.toContain(before?.pid);
  expect(
    await refusalOf(
      account.client.send(new UpdateFunctionCodeCommand({ ...code, RevisionId: answer.RevisionId ?? '' })),
    ),
  ).toMatchObject({ name: 'PreconditionFailedException', status: 412 });
});

test('a changed configuration keeps what was not given', async () => {
  await account.deploy('tuned', 'export const handler = async () => process.env;', {
    Environment: { Variables: { ONE: '1' } },
  });
  await account.client.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: 'tuned', MemorySize: 256, Timeout: 9 }),
  );
  await updated('tuned');
  expect(await account.invoke('tuned')).toMatchObject({
    payload: { ONE: '1', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256' },
  });
});

test('a function that is there is not created again, and one that was deleted is gone', async () => {
  await account.deploy('once', SOURCE);
  await account.invoke('once');
  const again = account.client.send(new CreateFunctionCommand(functionRequest('once', SOURCE)));
  expect(await refusalOf(again)).toMatchObject({
    name: 'ResourceConflictException',
    message: 'Function already exist: once',
  });
  await account.client.send(new DeleteFunctionCommand({ FunctionName: 'once' }));
  await account.gone('once');
  for (const request of [
    () => account.invoke('once'),
    () => account.client.send(new GetFunctionCommand({ FunctionName: 'once' })),
    () => account.client.send(new DeleteFunctionCommand({ FunctionName: 'once' })),
  ])
    expect(await refusalOf(request())).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: ${arnOf('once')}`,
    });
});

test('functions are listed in pages of at most 50', async () => {
  const names = Array.from({ length: 53 }, (_, index) => `listed-${String(index).padStart(3, '0')}`);
  await Promise.all(names.map((name) => account.client.send(new CreateFunctionCommand(functionRequest(name, SOURCE)))));
  const first = await account.client.send(new ListFunctionsCommand({ MaxItems: 10_000 }));
  expect(first.Functions).toHaveLength(50);
  const found: string[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client: account.client, pageSize: 20 }, {}))
    found.push(...Functions.map(({ FunctionName = '' }) => FunctionName));
  expect(found.filter((name) => name.startsWith('listed-'))).toEqual(names);
});

test('functions with images are kept, and not run', async () => {
  const ImageUri = '123456789012.dkr.ecr.us-east-1.amazonaws.com/worker:1';
  const { Runtime: _, Handler: __, ...request } = functionRequest('image', '');
  await account.client.send(new CreateFunctionCommand({ ...request, PackageType: 'Image', Code: { ImageUri } }));
  await account.active('image');
  const { Code, Configuration } = await account.client.send(new GetFunctionCommand({ FunctionName: 'image' }));
  expect(Code).toMatchObject({ RepositoryType: 'ECR', ImageUri });
  expect(Configuration).toMatchObject({ PackageType: 'Image', CodeSize: 0 });
  expect(await refusalOf(account.invoke('image'))).toMatchObject({ name: 'NotImplemented', status: 501 });
});

test('tags are added, shown and taken away', async () => {
  await account.deploy('tagged', SOURCE, { Tags: { a: '1' } });
  const Resource = arnOf('tagged');
  await account.client.send(new TagResourceCommand({ Resource, Tags: { b: '2', c: '3' } }));
  await account.client.send(new UntagResourceCommand({ Resource, TagKeys: ['a', 'c'] }));
  expect((await account.client.send(new ListTagsCommand({ Resource }))).Tags).toEqual({ b: '2' });
});

test('concurrency is reserved and given back', async () => {
  await account.deploy('reserved', SOURCE);
  const put = (count: number) =>
    account.client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'reserved', ReservedConcurrentExecutions: count }),
    );
  expect(await put(7)).toMatchObject({ ReservedConcurrentExecutions: 7 });
  const { AccountLimit } = await account.client.send(new GetAccountSettingsCommand({}));
  expect(AccountLimit).toMatchObject({ ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 993 });
  expect(await refusalOf(put(901))).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
  const get = () => account.client.send(new GetFunctionConcurrencyCommand({ FunctionName: 'reserved' }));
  expect((await get()).ReservedConcurrentExecutions).toBe(7);
  await account.client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'reserved' }));
  expect((await get()).ReservedConcurrentExecutions).toBeUndefined();
});

test('how events are retried is configured', async () => {
  await account.deploy('queued', SOURCE);
  const FunctionName = 'queued';
  const get = () => account.client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
  expect(await refusalOf(get())).toMatchObject({ name: 'ResourceNotFoundException' });
  await account.client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }));
  expect(await get()).toMatchObject({ MaximumRetryAttempts: 0, LastModified: expect.any(Date) });
  await account.client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName }));
  expect(await refusalOf(get())).toMatchObject({ name: 'ResourceNotFoundException' });
});
