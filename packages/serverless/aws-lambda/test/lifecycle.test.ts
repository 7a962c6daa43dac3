import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { GetRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  type LambdaClient,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import type { PluginContext } from '@lithops/core/plugin';
import { type MotoServer, startMoto } from '@lithops-tools/services';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connectionOf, controlClient } from '../src/aws/clients.ts';
import { lambdaConfig } from '../src/config.ts';
import { deployRuntime } from '../src/deploy/deploy-runtime.ts';
import { EcrRegistry } from '../src/deploy/ecr-registry.ts';
import { zipped } from '../src/deploy/function-code.ts';
import { LambdaBackend } from '../src/lambda-backend.ts';
import { RuntimeFunctions } from '../src/runtime-functions.ts';
import { type LambdaSettings, withDefaults } from '../src/settings.ts';
import { rejection } from './account.ts';

// Sandboxes are processes, which start slowly on a machine that has much to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** An account of somebody else's making: what we ask of Lambda and IAM is what others understand, too. */
let moto: MotoServer;
let settings: LambdaSettings;
let client: LambdaClient;
const controller = new AbortController();
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const context: PluginContext = { executorId: 'test', logger: quiet, signal: controller.signal };

beforeAll(async () => {
  moto = await startMoto();
  settings = withDefaults(
    lambdaConfig.parse({
      endpoint: moto.endpoint,
      region: 'eu-west-1',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'only-for-tests',
      executionRole: 'create',
      runtime: 'nodejs22.x',
      userTags: { team: 'science' },
      envVars: [{ name: 'COLOUR', value: 'blue' }],
      architecture: 'arm64',
      ephemeralStorage: 1024,
    }),
  );
  client = controlClient(settings);
});
afterAll(async () => {
  client?.destroy();
  await moto?.[Symbol.asyncDispose]();
});

function disposable<Client extends { destroy(): void }>(client: Client): Disposable & { readonly client: Client } {
  return { client, [Symbol.dispose]: () => client.destroy() };
}

const deploy = (memory: number, more: Partial<LambdaSettings> = {}) =>
  deployRuntime({
    client,
    settings: { ...settings, ...more },
    context,
    memory,
    logger: quiet,
    signal: controller.signal,
  });

it('makes a role with no more rights than workers need, and a function as it is configured', async () => {
  const name = await deploy(512);
  const { Configuration, Tags } = await client.send(new GetFunctionCommand({ FunctionName: name }));
  expect(Configuration).toMatchObject({
    Runtime: 'nodejs22.x',
    Handler: 'handler.handler',
    MemorySize: 512,
    Timeout: 180,
    Architectures: ['arm64'],
    EphemeralStorage: { Size: 1024 },
    Environment: { Variables: { COLOUR: 'blue', LITHOPS_WORKER_PROCESSES: '1', LITHOPS_DISK_MB: '1024' } },
  });
  expect(Tags).toEqual({
    team: 'science',
    'lithops-type': 'worker',
    'lithops-runtime': 'nodejs22.x',
    'lithops-memory': '512',
    'lithops-family': expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  const { endpoint, region } = { endpoint: moto.endpoint, region: 'eu-west-1' };
  const iam = new IAMClient({ endpoint, region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  const RoleName = Configuration?.Role?.split('/').at(-1);
  const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'lithops-worker' }));
  iam.destroy();
  const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument)) as { Statement: { Resource: string[] }[] };
  expect(Statement.flatMap(({ Resource }) => Resource)).toEqual([
    'arn:aws:logs:*:*:log-group:/aws/lambda/*',
    'arn:aws:s3:::lithops-*',
    'arn:aws:s3:::lithops-*/*',
  ]);
  expect(await deploy(512)).toBe(name);
});

it('puts code right that somebody has changed', async () => {
  const name = await deploy(512);
  const { Configuration: before } = await client.send(new GetFunctionCommand({ FunctionName: name }));
  const { zip } = zipped({ 'handler.mjs': 'export const handler = () => 0;' });
  await client.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: zip }));
  await deploy(512);
  const { Configuration: after } = await client.send(new GetFunctionCommand({ FunctionName: name }));
  expect(after?.CodeSha256).toBe(before?.CodeSha256);
});

it('lists and deletes what it has deployed, by its tags, and nothing else', async () => {
  const stranger = 'lithops-worker-of-somebody-else';
  await deploy(1024);
  const { zip } = zipped({ 'handler.mjs': 'export const handler = () => 0;' });
  const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: await deploy(512) }));
  await client.send(
    new CreateFunctionCommand({
      FunctionName: stranger,
      Role: Configuration?.Role,
      Runtime: 'nodejs22.x',
      Handler: 'handler.handler',
      Code: { ZipFile: zip },
    }),
  );
  const functions = new RuntimeFunctions(client, settings, context);
  const sizes = async () => (await functions.list()).map(({ memory = 0 }) => memory).sort((a, b) => a - b);
  expect(await sizes()).toEqual([512, 1024]);
  await functions.delete({ name: 'nodejs22.x', memory: 512 });
  expect(await sizes()).toEqual([1024]);
  await functions.delete({ name: 'nodejs22.x' });
  expect(await functions.list()).toEqual([]);
  expect((await rejection(functions.delete({ name: 'nodejs22.x' }))).name).toBe('RuntimeNotFoundError');
  await client.send(new GetFunctionCommand({ FunctionName: stranger }));
});

it('is let into the registry of the account, as ECR tells', async () => {
  await using registry = new EcrRegistry(settings);
  expect(await registry.login()).toEqual({
    dockerServer: expect.stringMatching(/^\d{12}\.dkr\.ecr\.eu-west-1\.amazonaws\.com$/),
    dockerUser: 'AWS',
    dockerPassword: expect.stringMatching(/./),
  });
});

it('is another function for whatever makes it another one', async () => {
  const names = await Promise.all([
    deploy(256),
    deploy(257),
    deploy(256, { runtimeTimeout: 10 }),
    deploy(256, { envVars: { COLOUR: 'red' } }),
    deploy(256, { architecture: 'x86_64' }),
    deploy(256, { namespace: 'mine' }),
  ]);
  expect(new Set(names).size).toBe(names.length);
  expect(names.at(-1)).toMatch(/^mine-lithops-worker-[0-9a-f]{16}$/);
});

it('cleans up whatever it has made, and nothing else', async () => {
  await deploy(512);
  await using registry = new EcrRegistry(settings);
  await Promise.all([registry.ensureRepository('team/ours'), registry.ensureRepository('team/ours')]);
  using ecr = disposable(new ECRClient(connectionOf(settings)));
  await ecr.client.send(new CreateRepositoryCommand({ repositoryName: 'team/somebody-elses' }));
  using logs = disposable(new CloudWatchLogsClient(connectionOf(settings)));
  for (const name of ['0123456789abcdef', 'of-somebody-else'])
    await logs.client.send(new CreateLogGroupCommand({ logGroupName: `/aws/lambda/lithops-worker-${name}` }));
  await using backend = new LambdaBackend(settings, context);
  const { signal } = new AbortController();
  const first = await backend.clean({ scope: 'runtimes', signal });
  expect(first.deleted).toContainEqual(expect.stringMatching(/^function lithops-worker-[0-9a-f]{16}$/));
  expect(first.deleted.filter((each) => /^(?:role|repository)/.test(each))).toEqual([]);
  const { deleted } = await backend.clean({ scope: 'everything', signal });
  expect(deleted).toEqual([expect.stringMatching(/^role lithops-worker-[0-9a-f]{8}$/), 'repository team/ours']);
  expect(first.deleted).toContain('log group /aws/lambda/lithops-worker-0123456789abcdef');
  expect(first.deleted.filter((each) => each.includes('somebody'))).toEqual([]);
  expect((await backend.clean({ scope: 'everything', signal })).deleted).toEqual([]);
  await client.send(new GetFunctionCommand({ FunctionName: 'lithops-worker-of-somebody-else' }));
});
