import {
  CreateFunctionCommand,
  type CreateFunctionRequest,
  GetFunctionCommand,
  InvokeCommand,
  ListFunctionsCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  TagResourceCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CodeStore } from '../src/functions/function-code.ts';
import { ImageStore } from '../src/functions/image-store.ts';
import { bytesOf, functionRequest, startAccount, type TestAccount } from './account.ts';
import { refusalOf } from './refusal.ts';
import { zipOf } from './zip.ts';

const SOURCE = 'export const handler = async () => 1;';
let account: TestAccount;

beforeAll(async () => {
  account = await startAccount();
  await account.deploy('there', SOURCE);
});
afterAll(() => account?.[Symbol.asyncDispose]());

const create = (more: Partial<CreateFunctionRequest>) =>
  account.client.send(new CreateFunctionCommand(functionRequest('refused', SOURCE, more)));

describe('values out of range', () => {
  test.each<[string, Partial<CreateFunctionRequest>, string]>([
    [
      'too little memory',
      { MemorySize: 127 },
      "'memorySize' failed to satisfy constraint: Member must have value greater",
    ],
    [
      'too much memory',
      { MemorySize: 10_241 },
      "'memorySize' failed to satisfy constraint: Member must have value less",
    ],
    ['no time', { Timeout: 0 }, "Value '0' at 'timeout'"],
    [
      'too much time',
      { Timeout: 901 },
      "'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
    ],
    ['a small disk', { EphemeralStorage: { Size: 511 } }, "'ephemeralStorage.size'"],
    ['a large disk', { EphemeralStorage: { Size: 10_241 } }, "'ephemeralStorage.size'"],
    [
      'a name with a slash',
      { FunctionName: 'a/b' },
      "'functionName' failed to satisfy constraint: Member must satisfy regular",
    ],
    ['a long name', { FunctionName: 'x'.repeat(141) }, "'functionName'"],
    [
      'an unknown runtime',
      { Runtime: 'nodejs99.x' as never },
      "'runtime' failed to satisfy constraint: Member must satisfy enum",
    ],
    ['a role that is none', { Role: 'worker' }, "'role'"],
    ['two architectures', { Architectures: ['x86_64', 'arm64'] }, "'architectures'"],
    ['an unknown architecture', { Architectures: ['mips' as never] }, "'architectures.1.member'"],
    ['a variable with a dash', { Environment: { Variables: { 'a-b': '1' } } }, "'environment.variables'"],
    ['a handler with a space', { Handler: 'index handler' }, "'handler'"],
    ['a tag with a bang', { Tags: { 'a!': '1' } }, "'tags'"],
    ['a layer that is none', { Layers: ['layer'] }, "'layers.1.member'"],
    [
      'a mount outside of /mnt',
      {
        FileSystemConfigs: [
          {
            Arn: 'arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0',
            LocalMountPath: '/data',
          },
        ],
      },
      "localMountPath'",
    ],
  ])('%s', async (_what, more, message) => {
    expect(await refusalOf(create(more))).toMatchObject({
      name: 'ValidationException',
      status: 400,
      message: expect.stringContaining(message),
    });
  });

  test('all of them are told at once', async () => {
    const { message } = await refusalOf(create({ MemorySize: 1, Timeout: 0 }));
    expect(message).toMatch(/^2 validation errors detected: .*'timeout'.*; .*'memorySize'/);
  });

  test.each([
    ['a page of none', () => new ListFunctionsCommand({ MaxItems: 0 })],
    [
      'too many retries',
      () => new PutFunctionEventInvokeConfigCommand({ FunctionName: 'there', MaximumRetryAttempts: 3 }),
    ],
    [
      'too young an age',
      () => new PutFunctionEventInvokeConfigCommand({ FunctionName: 'there', MaximumEventAgeInSeconds: 59 }),
    ],
    [
      'less than no concurrency',
      () => new PutFunctionConcurrencyCommand({ FunctionName: 'there', ReservedConcurrentExecutions: -1 }),
    ],
    ['a kind of invocation', () => new InvokeCommand({ FunctionName: 'there', InvocationType: 'Later' as never })],
    ['tags of no function', () => new TagResourceCommand({ Resource: 'arn:aws:s3:::bucket', Tags: {} })],
  ])('of other operations: %s', async (_what, command) => {
    const send = account.client.send.bind(account.client) as (given: unknown) => Promise<unknown>;
    expect(await refusalOf(send(command()))).toMatchObject({ name: 'ValidationException', status: 400 });
  });
});

describe('what does not go together', () => {
  test.each<[string, Partial<CreateFunctionRequest>, string]>([
    [
      'variables that Lambda sets',
      { Environment: { Variables: { AWS_REGION: 'x', OWN: '1' } } },
      'Reserved keys used in this request: AWS_REGION',
    ],
    [
      'more than 4 KB of variables',
      { Environment: { Variables: { LONG: 'x'.repeat(4090) } } },
      'exceeded the 4KB limit',
    ],
    ['no code', { Code: {} }, 'Please provide a source for function code.'],
    [
      'a zip with an image',
      { Code: { ImageUri: '123456789012.dkr.ecr.us-east-1.amazonaws.com/a:b' } },
      'do not provide ImageUri',
    ],
    [
      'an image with a runtime',
      { PackageType: 'Image', Code: { ImageUri: '123456789012.dkr.ecr.us-east-1.amazonaws.com/a:b' } },
      "don't provide Runtime",
    ],
    ['an old runtime', { Runtime: 'nodejs18.x' }, 'no longer supported'],
    ['a zip that is none', { Code: { ZipFile: bytesOf(Buffer.from('zip')) } }, 'Could not unzip uploaded file'],
    [
      'a file outside of the folder',
      { Code: { ZipFile: bytesOf(zipOf({ '../x': '1' })) } },
      'Could not unzip uploaded file',
    ],
    [
      'EFS without a VPC',
      {
        FileSystemConfigs: [
          {
            Arn: 'arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0',
            LocalMountPath: '/mnt/data',
          },
        ],
      },
      'VPC',
    ],
    ['subnets without groups', { VpcConfig: { SubnetIds: ['subnet-1'] } }, 'SecurityGroupIds'],
    ['a layer that is not there', { Layers: ['arn:aws:lambda:us-east-1:123456789012:layer:none:1'] }, 'does not exist'],
    ['a role of another account', { Role: 'arn:aws:iam::999999999999:role/worker' }, 'Cross-account'],
    [
      '51 tags',
      { Tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`t${index}`, ''])) },
      'Too many tags',
    ],
    ['code in S3 without one', { Code: { S3Bucket: 'bucket', S3Key: 'key' } }, 'S3'],
  ])('%s', async (_what, more, message) => {
    expect(await refusalOf(create(more))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
      message: expect.stringContaining(message),
    });
    expect(await refusalOf(account.client.send(new GetFunctionCommand({ FunctionName: 'refused' })))).toMatchObject({
      status: 404,
    });
  });
});

describe('what is too large', () => {
  test('a zip of more than 50 MB', async () => {
    // Not by way of the SDK: it takes seconds to encode so much.
    const ZipFile = new Uint8Array(50 * 1024 * 1024 + 1);
    const store = new CodeStore('/nowhere', async () => Buffer.alloc(0), new ImageStore('/nowhere', undefined));
    await expect(store.take('Zip', { ZipFile })).rejects.toMatchObject({
      name: 'RequestEntityTooLargeException',
      status: 413,
    });
  });

  test('a zip of more than 250 MB when unpacked', async () => {
    const zip = zipOf({ 'index.mjs': SOURCE, large: { claims: 250 * 1024 * 1024 } });
    expect(await refusalOf(create({ Code: { ZipFile: bytesOf(zip) } }))).toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining('Unzipped size must be smaller than 262144000 bytes'),
    });
  });

  test.each([
    ['RequestResponse', 6],
    ['Event', 1],
  ] as const)('an event of %s of more than %i MB', async (InvocationType, megabytes) => {
    const Payload = JSON.stringify('x'.repeat(megabytes * 1024 * 1024));
    const request = account.client.send(new InvokeCommand({ FunctionName: 'there', InvocationType, Payload }));
    expect(await refusalOf(request)).toMatchObject({
      name: 'RequestTooLargeException',
      status: 413,
      message: expect.stringContaining(`must be smaller than ${megabytes * 1024 * 1024} bytes`),
    });
  });
});

test('an event that is no JSON', async () => {
  const request = account.client.send(new InvokeCommand({ FunctionName: 'there', Payload: '{' }));
  expect(await refusalOf(request)).toMatchObject({ name: 'InvalidRequestContentException', status: 400 });
});

test('a version that is not there', async () => {
  const request = account.client.send(new InvokeCommand({ FunctionName: 'there', Qualifier: '3' }));
  expect(await refusalOf(request)).toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
});
