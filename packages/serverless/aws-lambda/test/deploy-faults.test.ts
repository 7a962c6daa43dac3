import {
  GetFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
  PublishLayerVersionCommand,
} from '@aws-sdk/client-lambda';
import { InvocationError, PayloadTooLargeError } from '@lithops/core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { zipped } from '../src/deploy/function-code.ts';
import type { LambdaConfigInput } from '../src/index.ts';
import { rejection, startTestAccount, type TestAccount } from './account.ts';

// Sandboxes are processes, which start slowly on a machine that has much to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount({ pendingMs: 200 });
});
afterEach(() => {
  account.simulator.faults.clear();
  vi.unstubAllEnvs();
});
afterAll(() => account?.[Symbol.asyncDispose]());

async function failure(more: LambdaConfigInput): Promise<Error> {
  await using fexec = account.executor({ deployTimeout: 2, ...more }, { storage: 'localhost' });
  return await rejection(fexec.callAsync((i: number) => i, 1).result());
}

const created = () => account.simulator.requests.filter((operation) => operation === 'CreateFunction').length;

it('deploys once what two clients need at once, and never again what is there', async () => {
  await using one = account.executor();
  await using other = account.executor();
  const [a, b] = [one.callAsync((i: number) => i, 1), other.callAsync((i: number) => i, 2)];
  expect(await Promise.all([a.result(), b.result()])).toEqual([1, 2]);
  expect(new Set(account.simulator.sandboxes().map(({ functionName }) => functionName)).size).toBe(1);
  const before = created();
  await using later = account.executor();
  expect(await later.callAsync((i: number) => i, 3).result()).toBe(3);
  expect(created()).toBe(before);
});

it('passes on networks, file systems, layers, disk and tags as Lambda takes them, and runs with the layer', async () => {
  const { endpoint, region, credentials } = account.simulator;
  const client = new LambdaClient({ endpoint, region, credentials });
  const { zip } = zipped({ 'nodejs/node_modules/native/index.js': 'exports.version = "1.2.3";' });
  const layer = await client.send(new PublishLayerVersionCommand({ LayerName: 'native', Content: { ZipFile: zip } }));
  const accessPoint = `arn:aws:elasticfilesystem:${region}:123456789012:access-point/fsap-0123456789abcdef0`;
  await using fexec = account.executor({
    vpc: { subnets: ['subnet-0123abcd'], security_groups: ['sg-0123abcd'] },
    efs: [{ access_point: accessPoint, mount_path: '/mnt/data' }],
    layers: [layer.LayerVersionArn ?? ''],
    ephemeralStorage: 2048,
    envVars: { COLOUR: 'blue' },
    userTags: { team: 'science' },
    namespace: 'passed-on',
  });
  const version = async (name: string) => [(await import(name)).version, process.env['COLOUR']];
  expect(await fexec.callAsync(version, 'native').result()).toEqual(['1.2.3', 'blue']);
  const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
  const FunctionName = Functions.find(({ FunctionName: name = '' }) => name.startsWith('passed-on-'))?.FunctionName;
  const { Configuration, Tags } = await client.send(new GetFunctionCommand({ FunctionName }));
  client.destroy();
  expect(Configuration).toMatchObject({
    VpcConfig: { SubnetIds: ['subnet-0123abcd'], SecurityGroupIds: ['sg-0123abcd'] },
    FileSystemConfigs: [{ Arn: accessPoint, LocalMountPath: '/mnt/data' }],
    Layers: [{ Arn: layer.LayerVersionArn }],
    EphemeralStorage: { Size: 2048 },
  });
  expect(Tags).toMatchObject({ team: 'science', 'lithops-type': 'worker' });
});

it('says that Lambda does not take so much code', async () => {
  const error = { name: 'RequestEntityTooLargeException', status: 413 };
  account.simulator.faults.api({ operation: 'CreateFunction', error });
  const refused = await failure({ runtimeMemory: 164 });
  expect(refused).toBeInstanceOf(PayloadTooLargeError);
  expect(refused.message).toMatch(/could not create function/);
});

it('waits for a role that is not known everywhere yet', async () => {
  account.simulator.faults.roleNotReady(2);
  await using fexec = account.executor({ runtimeMemory: 160 });
  expect(await fexec.callAsync((i: number) => i, 1).result()).toBe(1);
});

it('says why a role cannot be assumed', async () => {
  account.simulator.faults.roleNotReady(100);
  const error = await failure({ runtimeMemory: 161 });
  expect(error).toBeInstanceOf(InvocationError);
  expect(error.message).toMatch(/could not create function .*cannot be assumed by Lambda/);
  expect(error.message).toMatch(/trust policy of execution_role/);
});

it('says how to get credentials where there are none, and that a token has expired', async () => {
  const [none] = await Promise.all([
    (async () => {
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
      vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
      vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
      return failure({ accessKeyId: undefined, secretAccessKey: undefined });
    })(),
  ]);
  expect(none?.message).toMatch(/CredentialsProviderError/);
  expect(none?.message).toMatch(/aws configure/);
  const back = account.simulator.faults.expire(account.simulator.credentials.accessKeyId);
  expect((await failure({})).message).toMatch(/session token has expired; get new temporary credentials/);
  back();
});

it('says that the region is another one, or missing', async () => {
  expect((await failure({ region: 'eu-west-1' })).message).toMatch(/aws_lambda\.region/);
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  expect((await failure({ region: undefined })).message).toMatch(/set aws_lambda\.region/);
});

it('says that the credentials are of another account', async () => {
  expect((await failure({ accountId: 1, runtimeMemory: 162 })).message).toMatch(/not of 1, which is configured/);
});

it('gives up a function that does not become ready in time', async () => {
  const release = account.simulator.faults.holdStates();
  const error = await failure({ runtimeMemory: 163, deployTimeout: 1 });
  expect(error.message).toMatch(/was not ready after 1 s: it is Pending/);
  release();
});

it.each<[keyof LambdaConfigInput, unknown, RegExp]>([
  ['runtimeMemory', 64, /runtime_memory/],
  ['runtimeMemory', 20_000, /runtime_memory/],
  ['runtimeTimeout', 901, /runtime_timeout/],
  ['ephemeralStorage', 100, /ephemeral_storage/],
  ['executionRole', 'lithops', /execution_role/],
  ['executionRole', undefined, /execution_role is needed/],
  ['runtime', 'python3.12', /runtime/],
  ['runtime', 'nodejs18.x', /runtime/],
  ['runtime', 'No Image', /runtime/],
  ['architecture', 'sparc', /architecture/],
  ['layers', ['x'], /layers/],
  ['vpc', { subnets: ['net-1'] }, /vpc/],
  ['efs', [{ access_point: 'arn', mount_path: '/mnt/a' }], /efs/],
  ['envVars', { AWS_REGION: 'x' }, /env_vars/],
  ['accountId', 'abc', /account_id/],
  ['userTags', { team: 'a', 'aws:Owner': 'b' }, /user_tags\.\S+: 'aws:Owner' is no key of a tag: up to 128/],
  ['userTags', { team: 'a\n' }, /user_tags\.team: a value of a tag is expected/],
])('refuses %s: %j', async (key, value, told) => {
  const error = await failure({ [key]: value });
  expect(error.name).toBe('ConfigError');
  expect(error.message).toMatch(told);
});

it('names a key that is nearly right', async () => {
  const error = await failure({ runtimeMemry: 512 } as LambdaConfigInput);
  expect(error.message).toMatch(/runtime_memry.*runtime_memory|did you mean/s);
});

it('refuses code that Lambda would not take, and makes the same bytes of the same files', () => {
  const noise = Array.from({ length: 100 }, (_, i) => `${i} ${Math.sin(i)}`).join('\n');
  const limits = { zipBytes: 1000, unzippedBytes: 10_000 };
  expect(() => zipped({ 'a.mjs': noise }, limits)).toThrow(/Lambda takes/);
  const [one, other] = [zipped({ b: noise, a: '1' }), zipped({ a: '1', b: noise })];
  expect(Buffer.from(one.zip).equals(other.zip)).toBe(true);
  expect(one.sha256).toBe(other.sha256);
  expect(zipped({ a: '2', b: noise }).sha256).not.toBe(one.sha256);
});
