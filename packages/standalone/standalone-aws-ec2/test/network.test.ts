import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
} from '@aws-sdk/client-ec2';
import { ConfigError, InvocationError } from '@lithops/core/plugin';
import type { VmSpec } from '@lithops/standalone';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ec2Config, ec2Config } from '../src/config.ts';
import type { Ec2ConfigInput } from '../src/index.ts';
import { freeBlock } from '../src/network/free-block.ts';
import { type Ec2Network, findNetwork } from '../src/network/network.ts';
import { startTestAccount, type TestAccount } from './account.ts';

const signal = new AbortController().signal;
let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account[Symbol.asyncDispose]());

function parsed(more: Ec2ConfigInput = {}): Ec2Config {
  return ec2Config.parse(account.section(more));
}

function network(more?: Ec2ConfigInput) {
  return findNetwork(account.client, parsed(more), signal);
}

async function rejection(promise: Promise<unknown>): Promise<Error & { readonly hint?: string }> {
  return promise.then(
    () => expect.unreachable('it did not reject'),
    (error: unknown) => error as Error,
  );
}

async function ownVpcs(): Promise<readonly (string | undefined)[]> {
  const { Vpcs = [] } = await account.client.send(new DescribeVpcsCommand({}));
  return Vpcs.filter(({ IsDefault }) => IsDefault !== true).map(({ VpcId }) => VpcId);
}

describe('a network', { timeout: 60_000 }, () => {
  it('is made once, for all who need it at the same time: port 22 from the client and among machines, and a way out', async () => {
    // As EC2 is at times: what was made a moment ago is not known everywhere.
    const unknown = {
      AttachInternetGateway: 'InvalidInternetGatewayID.NotFound',
      AssociateRouteTable: 'InvalidRouteTableID.NotFound',
      CreateSubnet: 'InvalidVpcID.NotFound',
      CreateSecurityGroup: 'InvalidVpcID.NotFound',
      AuthorizeSecurityGroupIngress: 'InvalidGroup.NotFound',
    };
    for (const [operation, code] of Object.entries(unknown))
      account.simulator.faults.api({ operation, times: 1, error: { code } });
    const all = await Promise.all(Array.from({ length: 4 }, () => network()));
    const [{ publicSubnet = '', securityGroup = '' } = {}] = all;
    expect(new Set(all.map((each) => `${each.publicSubnet} ${each.securityGroup}`)).size).toBe(1);
    expect(await ownVpcs()).toHaveLength(1);
    const { SecurityGroups: [group] = [] } = await account.client.send(
      new DescribeSecurityGroupsCommand({ GroupIds: [securityGroup] }),
    );
    const rules = (group?.IpPermissions ?? []).flatMap(({ IpRanges = [], UserIdGroupPairs = [], ...rule }) =>
      [...IpRanges.map(({ CidrIp }) => CidrIp), ...UserIdGroupPairs.map(({ GroupId }) => GroupId)].map(
        (from) => `${rule.IpProtocol} ${rule.FromPort}-${rule.ToPort} ${from}`,
      ),
    );
    expect(rules.toSorted()).toEqual(['tcp 22-22 198.51.100.7/32', `tcp 22-22 ${securityGroup}`]);
    const { RouteTables: [table] = [] } = await account.client.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: 'association.subnet-id', Values: [publicSubnet] }] }),
    );
    expect(table?.Routes).toContainEqual(
      expect.objectContaining({ DestinationCidrBlock: '0.0.0.0/0', GatewayId: expect.stringMatching(/^igw-/) }),
    );
    // From elsewhere: one rule more, and nothing else.
    await network({ sshCidr: ['203.0.113.0/24', '198.51.100.7/32'] });
    const { SecurityGroups: [after] = [] } = await account.client.send(
      new DescribeSecurityGroupsCommand({ GroupIds: [securityGroup] }),
    );
    expect(after?.IpPermissions?.flatMap(({ IpRanges = [] }) => IpRanges.map(({ CidrIp }) => CidrIp))).toEqual(
      expect.arrayContaining(['203.0.113.0/24', '198.51.100.7/32']),
    );
  });

  it('is cleaned when no machine is in it, and made anew; also when somebody has deleted it by hand', async () => {
    await using provider = account.provider();
    const before = await network();
    const made = await provider.create(spec(), { signal });
    expect(made).toBeDefined();
    await using other = account.provider();
    expect(await other.clean({ signal })).toEqual([]);
    await provider.delete(made?.id ?? '', { signal });
    expect(await other.clean({ signal })).toHaveLength(5);
    expect(await ownVpcs()).toEqual([]);
    const after = await network();
    expect(after.publicSubnet).not.toBe(before.publicSubnet);
    await deleteByHand(after);
    const again = await network();
    expect(again.publicSubnet).not.toBe(after.publicSubnet);
    expect(await ownVpcs()).toHaveLength(1);
  });

  it('of yours is used: what is missing is made in it, what is there is left, and what does not fit is refused', async () => {
    const { client } = account;
    const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.7.0.0/22' }));
    const vpcId = Vpc?.VpcId ?? '';
    const { Subnet } = await client.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: '10.7.0.0/23' }));
    const { GroupId: securityGroupId = '' } = await client.send(
      new CreateSecurityGroupCommand({ VpcId: vpcId, GroupName: 'mine', Description: 'mine' }),
    );
    const inVpc = await network({ vpcId });
    const { Subnets: [made] = [] } = await client.send(new DescribeSubnetsCommand({ SubnetIds: [inVpc.publicSubnet] }));
    expect(made).toMatchObject({ VpcId: vpcId, CidrBlock: '10.7.2.0/23' });
    expect(inVpc.securityGroup).not.toBe(securityGroupId);
    const publicSubnetId = Subnet?.SubnetId ?? '';
    const given = await network({ publicSubnetId, privateSubnetId: inVpc.publicSubnet, securityGroupId });
    expect(given).toMatchObject({ publicSubnet: publicSubnetId, securityGroup: securityGroupId });
    expect(given.subnetOf({ reachedBy: 'machines' })).toBe(inVpc.publicSubnet);
    expect(given.subnetOf({ reachedBy: 'client' })).toBe(publicSubnetId);
    const error = await rejection(network({ vpcId: 'vpc-0123456789abcdef0', publicSubnetId }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(publicSubnetId);
    expect(await rejection(network({ vpcId, securityGroupId, accountId: '000000000001' }))).toMatchObject({
      message: expect.stringContaining('account_id is 000000000001'),
    });
    expect(await rejection(network({ publicSubnetId: 'subnet-0123456789abcdef0' }))).toBeInstanceOf(ConfigError);
    const silent = await rejection(network({ vpcId, clientAddressUrl: 'http://127.0.0.1:1' }));
    expect(silent).toBeInstanceOf(ConfigError);
    expect(silent.hint).toContain('ssh_cidr');
  });

  it('has blocks for subnets as large as there is room for', () => {
    expect(freeBlock('10.0.0.0/16', [])).toBe('10.0.0.0/20');
    expect(freeBlock('10.0.0.0/16', ['10.0.0.0/24', '10.0.16.0/20'])).toBe('10.0.32.0/20');
    expect(freeBlock('172.31.255.0/24', ['172.31.255.0/25'])).toBe('172.31.255.128/25');
    expect(freeBlock('10.0.0.0/28', ['10.0.0.0/28'])).toBeUndefined();
  });
});

it('tags that EC2 would not take, and those that are ours, are refused by their keys', () => {
  for (const key of ['aws:Owner', 'Name', 'lithops:pool', 'x'.repeat(129)])
    expect(() => parsed({ userTags: { team: 'a', [key]: 'b' } })).toThrow(`'${key}' is no key of a tag: up to 128`);
  expect(() => parsed({ userTags: { team: 'a\n' } })).toThrow('a value of a tag is expected');
});

describe('what EC2 refuses', { timeout: 60_000 }, () => {
  it.each([
    ['UnauthorizedOperation', 403, InvocationError, 'policy'],
    ['InsufficientInstanceCapacity', 500, InvocationError, 'another worker_instance_type'],
    ['VcpuLimitExceeded', 400, InvocationError, 'quota'],
    ['MaxSpotInstanceCountExceeded', 400, InvocationError, 'request_spot_instances'],
    ['AuthFailure', 401, ConfigError, 'access key'],
    ['Unsupported', 400, ConfigError, 'zone'],
  ])('is told as %s, and nothing is made', async (code, status, type, hint) => {
    using _fault = faulty({ operation: 'RunInstances', error: { code, status, message: 'no' } });
    await using provider = account.provider();
    const error = await rejection(provider.create(spec(), { signal }));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toContain(`${code}: no`);
    expect(error.hint).toContain(hint);
    expect(await provider.list({}, { signal })).toEqual([]);
  });

  it('for a moment only is asked for again; an answer that is lost makes no second machine, and leaves none', async () => {
    {
      await using provider = account.provider();
      using _throttled = faulty({
        operation: 'RunInstances',
        times: 2,
        error: { code: 'RequestLimitExceeded', status: 503 },
      });
      using _lost = faulty({ operation: 'RunInstances', times: 1, error: 'lost' });
      const made = await provider.create(spec(), { signal });
      expect(await provider.list({}, { signal })).toMatchObject([{ id: made?.id }]);
      await provider.delete(made?.id ?? '', { signal });
    }
    // One that has not become slower, as clients do that were throttled.
    await using provider = account.provider();
    using _gone = faulty({ operation: 'RunInstances', error: 'lost' });
    expect(await rejection(provider.create(spec(), { signal }))).toBeInstanceOf(InvocationError);
    expect(await provider.list({}, { signal })).toEqual([]);
    const { Reservations = [] } = await account.client.send(new DescribeInstancesCommand({}));
    const states = Reservations.flatMap(({ Instances = [] }) => Instances).map(({ State }) => State?.Name);
    expect(states.filter((state) => state !== 'shutting-down' && state !== 'terminated')).toEqual([]);
  });
});

it('a section says at once what is wrong with it', () => {
  const refused: readonly (readonly [Ec2ConfigInput, string])[] = [
    [{ execMode: 'consume' }, 'instance_id and exec_mode: consume belong together'],
    [{ instanceId: 'i-0123456789abcdef0' }, 'instance_id and exec_mode: consume belong together'],
    [{ image: 'one', targetAmi: 'two' }, 'say one of them'],
    [{ requestSpotInstances: true, deleteOnDismantle: false }, 'cannot be kept'],
    [{ privateSubnetId: 'subnet-0123456789abcdef0' }, 'public_subnet_id'],
    [{ sshCidr: '300.0.0.0/8' }, 'block of addresses'],
    [{ masterInstanceType: 'large' }, "like 't3.medium'"],
    [{ accessKeyId: 'one' }, 'belong together'],
  ];
  for (const [more, message] of refused) {
    const { secretAccessKey: _, ...section } = account.section(more);
    const result = ec2Config.safeParse(more.accessKeyId === undefined ? account.section(more) : section);
    expect(result.error?.issues.map((issue) => issue.message).join(), JSON.stringify(more)).toContain(message);
  }
  expect(ec2Config.safeParse(account.section({ sshCidr: '0.0.0.0/0', deleteOnDismantle: false })).success).toBe(true);
});

function faulty(fault: Parameters<TestAccount['simulator']['faults']['api']>[0]): Disposable {
  const end = account.simulator.faults.api(fault);
  return { [Symbol.dispose]: end };
}

let number = 0;
function spec(): VmSpec {
  return {
    name: `machine-${number++}`,
    labels: {},
    instanceType: 't3.micro',
    userData: '#!/bin/sh\n',
    onPowerOff: 'delete',
    reachedBy: 'machines',
  };
}

/** As somebody does in the console. */
async function deleteByHand({ publicSubnet, securityGroup }: Ec2Network): Promise<void> {
  const { client } = account;
  const { Subnets: [found] = [] } = await client.send(new DescribeSubnetsCommand({ SubnetIds: [publicSubnet] }));
  const VpcId = found?.VpcId;
  await client.send(new DeleteSecurityGroupCommand({ GroupId: securityGroup }));
  const { RouteTables = [] } = await client.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: 'association.subnet-id', Values: [publicSubnet] }] }),
  );
  for (const { RouteTableId, Associations = [] } of RouteTables) {
    for (const { RouteTableAssociationId: AssociationId } of Associations)
      await client.send(new DisassociateRouteTableCommand({ AssociationId }));
    await client.send(new DeleteRouteTableCommand({ RouteTableId }));
  }
  await client.send(new DeleteSubnetCommand({ SubnetId: publicSubnet }));
  const Filters = [{ Name: 'attachment.vpc-id', Values: [VpcId ?? ''] }];
  const { InternetGateways = [] } = await client.send(new DescribeInternetGatewaysCommand({ Filters }));
  for (const { InternetGatewayId } of InternetGateways) {
    await client.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    await client.send(new DeleteInternetGatewayCommand({ InternetGatewayId }));
  }
  await client.send(new DeleteVpcCommand({ VpcId }));
}
