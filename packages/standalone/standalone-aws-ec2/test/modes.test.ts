import { createHash } from 'node:crypto';
import {
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { cleanBackend, type ExecutorOptions, FunctionExecutor, openAbility } from '@lithops/core';
import type { ComputePlugin } from '@lithops/core/plugin';
import { SshConnection, sshKeyPair, userDataScript } from '@lithops/standalone';
import { eventually } from '@lithops/testing';
import { testComputePlugin } from '@lithops/testing/vitest';
import { afterAll, describe, expect, it } from 'vitest';
import { buildPrograms } from '../../standalone/build-master.ts';
import plugin, { awsEc2, type Ec2ConfigInput } from '../src/index.ts';
import { startTestAccount } from './account.ts';

await buildPrograms();
const account = await startTestAccount();
afterAll(() => account[Symbol.asyncDispose]());

function options(more: Ec2ConfigInput): ExecutorOptions {
  return { logLevel: 'silent', backend: awsEc2(account.section({ workerProcesses: 1, ...more })) };
}

interface Machine {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly address: string | undefined;
}

/** Those that are there. */
async function machines(): Promise<readonly Machine[]> {
  const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] }];
  const { Reservations = [] } = await account.client.send(new DescribeInstancesCommand({ Filters }));
  return Reservations.flatMap(({ Instances = [] }) => Instances).map(
    ({ InstanceId = '', State, Tags = [], PrivateIpAddress }) => ({
      id: InstanceId,
      name: Tags.find(({ Key }) => Key === 'Name')?.Value ?? '',
      state: State?.Name ?? '',
      address: PrivateIpAddress,
    }),
  );
}

/** What there is besides machines, and besides what every account has. */
async function networks(): Promise<readonly unknown[]> {
  const { client } = account;
  const [vpcs, groups, subnets, tables, templates] = await Promise.all([
    client.send(new DescribeVpcsCommand({})),
    client.send(new DescribeSecurityGroupsCommand({})),
    client.send(new DescribeSubnetsCommand({})),
    client.send(new DescribeRouteTablesCommand({})),
    client.send(new DescribeLaunchTemplatesCommand({})),
  ]);
  return [
    ...(vpcs.Vpcs ?? []).filter(({ IsDefault }) => IsDefault !== true),
    ...(groups.SecurityGroups ?? []).filter(({ GroupName }) => GroupName !== 'default'),
    ...(subnets.Subnets ?? []).filter(({ DefaultForAz }) => DefaultForAz !== true),
    ...(tables.RouteTables ?? []).filter(({ Tags = [] }) => Tags.length > 0),
    ...(templates.LaunchTemplates ?? []),
  ];
}

async function hostOf(i: number): Promise<string> {
  const { hostname } = await import('node:os');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return `${i} on ${hostname()}`;
}

const POOL: Ec2ConfigInput = { execMode: 'reuse', maxWorkers: 1, requestSpotInstances: false };

describe.concurrent('machines of EC2', { timeout: 240_000 }, () => {
  it('are made for an executor, and gone with it; of one that is terminated while it runs tasks, others do the work', async () => {
    let cluster = '';
    {
      await using fexec = new FunctionExecutor(options({ execMode: 'create', maxWorkers: 2 }));
      const results = fexec.map(hostOf, [1, 2, 3, 4, 5, 6, 7, 8], { chunksize: 1 });
      const spot = () =>
        account.simulator.requests.find(
          ({ operation, input }) => operation === 'RunInstances' && input['InstanceMarketOptions'] !== undefined,
        );
      await eventually(async () => expect(Array.from(results, ({ state }) => state)).toContain('running'), 120_000);
      cluster = /lithops-[0-9a-f]{8}-/.exec(JSON.stringify(spot()?.input))?.[0] ?? 'none';
      const ours = (await machines()).filter(({ name }) => name.startsWith(cluster));
      const ran = new Set<string>();
      await eventually(async () => {
        for (const future of results) if (future.done) ran.add((await future.result()).replace(/^.* on /, ''));
        expect(ran.size).toBeGreaterThan(0);
      }, 60_000);
      const [victim = ''] = ran;
      expect(ours.map(({ id }) => id)).toContain(victim);
      await account.client.send(new TerminateInstancesCommand({ InstanceIds: [victim] }));
      const texts = await results.result();
      expect(texts.map((text) => Number(text[0]))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(new Set(texts.map((text) => text.replace(/^.* on /, ''))).size).toBeGreaterThan(1);
    }
    expect((await machines()).filter(({ name }) => name.startsWith(cluster))).toEqual([]);
    const runs = account.simulator.requests.filter(
      ({ operation, input }) => operation === 'RunInstances' && JSON.stringify(input).includes(cluster),
    );
    for (const { input } of runs)
      expect(input).toMatchObject({
        MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { Encrypted: true, DeleteOnTermination: true } }],
        InstanceInitiatedShutdownBehavior: 'terminate',
        NetworkInterfaces: [{ AssociatePublicIpAddress: true, DeleteOnTermination: true }],
      });
    const types = new Set(
      runs.map(({ input }) => `${String(input['InstanceType'])} ${JSON.stringify(input['InstanceMarketOptions'])}`),
    );
    const spot = {
      MarketType: 'spot',
      SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' },
    };
    expect(types).toEqual(new Set(['t3.micro undefined', `t3.medium ${JSON.stringify(spot)}`]));
  });

  it('of a pool are made once for two clients at once, and used by the next', async () => {
    const pool = options(POOL);
    {
      await using first = new FunctionExecutor(pool);
      await using second = new FunctionExecutor(pool);
      const lists = [first, second].map((fexec) => fexec.map(hostOf, [1, 2], { chunksize: 1 }));
      const hosts = new Set<string>();
      for (const list of lists) for (const text of await list.result()) hosts.add(text.replace(/^.* on /, ''));
      expect(hosts.size).toBe(1);
      await using next = new FunctionExecutor(pool);
      const [ran] = await next.map(hostOf, [4]).result();
      expect([...hosts]).toEqual([ran?.replace('4 on ', '')]);
    }
    await using workers = await openAbility(pool, 'workers');
    const [worker] = await workers.ability.list();
    const cluster = worker?.name.split('-')[1] ?? 'none';
    const made = (await machines()).filter(({ name }) => name.startsWith(`lithops-${cluster}-`));
    expect(made.map(({ name }) => name.replace(/^.*-/, '')).toSorted()).toEqual(['0', 'master']);
  });

  it('that somebody has are started where they are off, do all the work, and turn themselves off again', async () => {
    const { client } = account;
    const keys = { login: sshKeyPair('login'), host: sshKeyPair('host') };
    const script = userDataScript({
      username: 'root',
      authorizedKeys: [keys.login.public],
      hostKey: keys.host.private,
      folder: '.somebody',
      guard: { firstSeconds: 3600, softSeconds: 3600 },
    });
    const { Instances: [made] = [] } = await client.send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        ImageId: 'ami-0aaaaaaaaaaaaaaa2',
        InstanceType: 't3.large',
        InstanceInitiatedShutdownBehavior: 'stop',
        UserData: Buffer.from(script).toString('base64'),
      }),
    );
    const id = made?.InstanceId ?? '';
    const state = async () => (await machines()).find((each) => each.id === id)?.state;
    const hostKey = Buffer.from(keys.host.public.split(' ')[1] ?? '', 'base64');
    // When its user data have been run.
    await eventually(async () => {
      await using _connection = await SshConnection.open({
        host: (await machines()).find((each) => each.id === id)?.address ?? '127.0.0.1',
        port: 22,
        username: 'root',
        credentials: { privateKeys: [{ name: 'login', key: keys.login.private }] },
        hostKeys: { type: 'key', key: hostKey },
      });
    }, 60_000);
    await client.send(new StopInstancesCommand({ InstanceIds: [id] }));
    await eventually(async () => expect(await state()).toBe('stopped'), 60_000);
    const consume = options({
      execMode: 'consume',
      instanceId: id,
      sshUsername: 'root',
      sshKeyFilename: account.keyFile('consume', keys.login.private),
      hostKeyFingerprint: `SHA256:${createHash('sha256').update(hostKey).digest('base64').replace(/=+$/, '')}`,
      softDismantleTimeout: 5,
    });
    {
      // Nothing is started for those who only look.
      await using jobs = await openAbility(consume, 'jobs');
      expect(await jobs.ability.list()).toEqual([]);
      expect(await state()).toBe('stopped');
    }
    {
      await using fexec = new FunctionExecutor(consume);
      expect(await fexec.map(hostOf, [1, 2]).result()).toEqual([`1 on ${id}`, `2 on ${id}`]);
    }
    await eventually(async () => expect(await state()).toBe('stopped'), 60_000);
    await client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  });
});

// On the machines of the pool; all else of the suite runs on the same master and workers in that of `vm`.
testComputePlugin({
  plugin: plugin as ComputePlugin,
  config: { ...account.section({ ...POOL, workerProcesses: 1 }) },
  only: [
    'results/exact-values',
    'closures/captures-and-helpers',
    'errors/come-back-as-themselves',
    'faults/exit',
    'faults/output',
    'flow/map-reduce',
  ],
});

it('clean deletes all machines of a key, and with them what they were in', { timeout: 120_000 }, async () => {
  expect((await machines()).map(({ name }) => name.replace(/^.*-/, '')).toSorted()).toEqual(['0', 'master']);
  expect(await networks()).not.toEqual([]);
  const { deleted } = await cleanBackend(options(POOL), { scope: 'everything', signal: new AbortController().signal });
  expect(deleted.map((what) => what.replace(/ \S+$/, ''))).toEqual([
    'machine',
    'machine',
    'security group',
    'subnet',
    'route table',
    'internet gateway',
    'VPC',
  ]);
  expect(await machines()).toEqual([]);
  expect(await networks()).toEqual([]);
});
