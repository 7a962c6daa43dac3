import {
  CreateSubnetCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { ConfigError } from '@lithops/core/plugin';
import { until } from '@lithops/standalone/plugin';
import { codeOf } from '../aws/ec2-error.ts';
import { KNOWN_MS, onceKnown } from '../aws/once-known.ts';
import { filter, MADE_TAG, taggedAs } from '../aws/tags.ts';
import { told } from '../aws/told.ts';
import { type Ec2Config, instanceTypes } from '../config.ts';
import { freeBlock } from './free-block.ts';
import { NETWORK } from './own-vpc.ts';
import { routeToInternet } from './route-to-internet.ts';

/** The subnet that Lithops has in a VPC, with a way to the internet; made by the first who needs it. @throws ConfigError, InvocationError */
export async function ownSubnet(
  client: EC2Client,
  vpc: string,
  config: Ec2Config,
  signal: AbortSignal,
): Promise<string> {
  const options = { abortSignal: signal };
  const tags = { ...config.userTags, Name: 'lithops', [MADE_TAG]: NETWORK };
  for (;;) {
    const all = await subnetsOf(client, vpc, signal);
    const [own] = all.filter(isOwn).toSorted((a, b) => (a.SubnetId ?? '').localeCompare(b.SubnetId ?? ''));
    if (own?.SubnetId !== undefined) {
      await routeToInternet(client, { vpc, subnet: own.SubnetId, tags }, signal);
      return own.SubnetId;
    }
    const block = freeBlock(
      await blockOf(client, vpc, signal),
      all.flatMap(({ CidrBlock }) => CidrBlock ?? []),
    );
    if (block === undefined)
      throw new ConfigError(`${vpc} has no addresses left for a subnet`, { hint: 'name a subnet: public_subnet_id' });
    const zone = await zoneFor(client, config, signal);
    const request = new CreateSubnetCommand({
      VpcId: vpc,
      CidrBlock: block,
      ...(zone !== undefined && { AvailabilityZone: zone }),
      TagSpecifications: taggedAs(['subnet'], tags),
    });
    const answer = onceKnown(() => client.send(request, options), signal).catch((error: unknown) => {
      // Somebody was quicker, and has taken the block.
      if (codeOf(error) !== 'InvalidSubnet.Conflict') throw error;
    });
    await told('make a subnet', signal, answer);
    const taken = ({ CidrBlock }: Subnet) => CidrBlock === block;
    await until(async () => (await subnetsOf(client, vpc, signal)).find(taken), { signal, withinMs: KNOWN_MS });
  }
}

function isOwn({ Tags = [] }: Subnet): boolean {
  return Tags.some(({ Key, Value }) => Key === MADE_TAG && Value === NETWORK);
}

async function subnetsOf(client: EC2Client, vpc: string, signal: AbortSignal): Promise<readonly Subnet[]> {
  const request = new DescribeSubnetsCommand({ Filters: [filter('vpc-id', vpc)] });
  return (await told('find the subnets', signal, client.send(request, { abortSignal: signal }))).Subnets ?? [];
}

async function blockOf(client: EC2Client, vpc: string, signal: AbortSignal): Promise<string> {
  const request = new DescribeVpcsCommand({ VpcIds: [vpc] });
  const { Vpcs: [found] = [] } = await told('find the VPC', signal, client.send(request, { abortSignal: signal }));
  return found?.CidrBlock ?? '';
}

/** One that has all types of machines that are asked for; undefined where EC2 does not say so. */
async function zoneFor(client: EC2Client, config: Ec2Config, signal: AbortSignal): Promise<string | undefined> {
  const types = [...new Set(instanceTypes(config))];
  const request = new DescribeInstanceTypeOfferingsCommand({
    LocationType: 'availability-zone',
    Filters: [filter('instance-type', ...types)],
  });
  const answer = client.send(request, { abortSignal: signal });
  const { InstanceTypeOfferings = [] } = await told('find a zone for the machines', signal, answer);
  const zones = new Set(InstanceTypeOfferings.flatMap(({ Location }) => Location ?? []));
  return [...zones]
    .toSorted()
    .find((zone) =>
      types.every((type) =>
        InstanceTypeOfferings.some(({ InstanceType, Location }) => InstanceType === type && Location === zone),
      ),
    );
}
