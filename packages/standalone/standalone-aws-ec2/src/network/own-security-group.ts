import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type IpPermission,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { until } from '@lithops/standalone/plugin';
import { codeOf } from '../aws/ec2-error.ts';
import { KNOWN_MS, onceKnown } from '../aws/once-known.ts';
import { filter, MADE_TAG, taggedAs } from '../aws/tags.ts';
import { told } from '../aws/told.ts';
import type { Ec2Config } from '../config.ts';
import { clientAddress } from './client-address.ts';
import { NETWORK } from './own-vpc.ts';

const NAME = 'lithops';
const SSH = 22;

/** The security group that Lithops has in a VPC: lets in this client, and its machines each other, on port 22. @throws ConfigError, InvocationError */
export async function ownSecurityGroup(
  client: EC2Client,
  vpc: string,
  config: Ec2Config,
  signal: AbortSignal,
): Promise<string> {
  const blocks = config.sshCidr === undefined ? [`${await clientAddress(config, signal)}/32`] : [config.sshCidr].flat();
  const group = (await find(client, vpc, signal)) ?? (await make(client, vpc, config, signal));
  const id = group.GroupId ?? '';
  const missing: IpPermission[] = blocks
    .filter((block) => !rulesOf(group).some(({ IpRanges }) => IpRanges?.some(({ CidrIp }) => CidrIp === block)))
    .map((block) => rule({ IpRanges: [{ CidrIp: block, Description: 'Lithops: a client' }] }));
  if (!rulesOf(group).some(({ UserIdGroupPairs }) => UserIdGroupPairs?.some(({ GroupId }) => GroupId === id)))
    missing.push(rule({ UserIdGroupPairs: [{ GroupId: id, Description: 'Lithops: machines among themselves' }] }));
  // One by one: a request with one that is there is refused as a whole.
  for (const permission of missing) {
    const request = new AuthorizeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: [permission] });
    const ask = () => client.send(request, { abortSignal: signal });
    const answer = onceKnown(ask, signal).catch((error: unknown) => {
      if (codeOf(error) !== 'InvalidPermission.Duplicate') throw error;
    });
    await told(`let this client in by security group ${id}`, signal, answer);
  }
  return id;
}

function rule(who: Pick<IpPermission, 'IpRanges' | 'UserIdGroupPairs'>): IpPermission {
  return { IpProtocol: 'tcp', FromPort: SSH, ToPort: SSH, ...who };
}

function rulesOf({ IpPermissions = [] }: SecurityGroup): readonly IpPermission[] {
  return IpPermissions.filter(({ FromPort, ToPort }) => FromPort === SSH && ToPort === SSH);
}

async function find(client: EC2Client, vpc: string, signal: AbortSignal): Promise<SecurityGroup | undefined> {
  const request = new DescribeSecurityGroupsCommand({
    Filters: [filter('vpc-id', vpc), filter('group-name', NAME), filter(`tag:${MADE_TAG}`, NETWORK)],
  });
  const answer = client.send(request, { abortSignal: signal });
  return (await told('find the security group', signal, answer)).SecurityGroups?.[0];
}

async function make(
  client: EC2Client,
  vpc: string,
  { userTags }: Ec2Config,
  signal: AbortSignal,
): Promise<SecurityGroup> {
  const request = new CreateSecurityGroupCommand({
    GroupName: NAME,
    Description: 'Machines of Lithops: port 22, for clients and among themselves',
    VpcId: vpc,
    TagSpecifications: taggedAs(['security-group'], { ...userTags, Name: NAME, [MADE_TAG]: NETWORK }),
  });
  const ask = () => client.send(request, { abortSignal: signal });
  const answer = onceKnown(ask, signal).catch((error: unknown) => {
    // Somebody was quicker.
    if (codeOf(error) !== 'InvalidGroup.Duplicate') throw error;
  });
  await told('make a security group', signal, answer);
  const made = await until(() => find(client, vpc, signal), { signal, withinMs: KNOWN_MS });
  if (made !== undefined) return made;
  return told(
    'find the security group',
    signal,
    Promise.reject(new Error(`${vpc} has a security group ${NAME} that is not of Lithops`)),
  );
}
