import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { ConfigError } from '@lithops/core/plugin';
import type { VmSpec } from '@lithops/standalone';
import { told } from '../aws/told.ts';
import type { Ec2Config } from '../config.ts';
import { checkAccount } from './check-account.ts';
import { ownSecurityGroup } from './own-security-group.ts';
import { ownSubnet } from './own-subnet.ts';
import { ownVpc } from './own-vpc.ts';

/** Where machines are. */
export interface Ec2Network {
  readonly securityGroup: string;
  readonly publicSubnet: string;
  subnetOf(spec: Pick<VmSpec, 'reachedBy'>): string;
}

/** What is configured; what is not is found, where somebody has made it already, or made. @throws ConfigError, InvocationError */
export async function findNetwork(client: EC2Client, config: Ec2Config, signal: AbortSignal): Promise<Ec2Network> {
  const { publicSubnetId, privateSubnetId, securityGroupId } = config;
  const vpc = await vpcOf(client, config, signal);
  const [publicSubnet, securityGroup] = await Promise.all([
    publicSubnetId ?? ownSubnet(client, vpc, config, signal),
    securityGroupId ?? ownSecurityGroup(client, vpc, config, signal),
  ]);
  return {
    securityGroup,
    publicSubnet,
    subnetOf: ({ reachedBy }) => (reachedBy === 'machines' ? (privateSubnetId ?? publicSubnet) : publicSubnet),
  };
}

/** All that is given has to be of one VPC. */
async function vpcOf(client: EC2Client, config: Ec2Config, signal: AbortSignal): Promise<string> {
  const { vpcId, publicSubnetId, privateSubnetId, securityGroupId } = config;
  const subnets = [publicSubnetId, privateSubnetId].filter((id) => id !== undefined);
  const places: { readonly what: string; readonly vpc: string | undefined; readonly owner?: string | undefined }[] = [];
  if (vpcId !== undefined) places.push({ what: 'vpc_id', vpc: vpcId });
  if (subnets.length > 0) {
    const request = new DescribeSubnetsCommand({ SubnetIds: subnets });
    const { Subnets = [] } = await told('find the subnet', signal, client.send(request, { abortSignal: signal }));
    places.push(...Subnets.map(({ SubnetId = '', VpcId }) => ({ what: SubnetId, vpc: VpcId })));
  }
  if (securityGroupId !== undefined) {
    const request = new DescribeSecurityGroupsCommand({ GroupIds: [securityGroupId] });
    const { SecurityGroups: [group] = [] } = await told(
      'find the security group',
      signal,
      client.send(request, { abortSignal: signal }),
    );
    places.push({ what: securityGroupId, vpc: group?.VpcId, owner: group?.OwnerId });
  }
  const [first] = places;
  const stranger = places.find(({ vpc }) => vpc !== first?.vpc);
  if (first !== undefined && stranger !== undefined)
    throw new ConfigError(`${first.what} is in ${first.vpc}, and ${stranger.what} in ${stranger.vpc}`, {
      hint: 'vpc_id, subnets and security_group_id have to be of one VPC',
    });
  const owner = places.find((place) => place.owner !== undefined)?.owner;
  if (owner !== undefined) checkAccount(config, owner);
  return first?.vpc ?? ownVpc(client, config, signal);
}
