import { Ec2Fault } from './ec2-fault.ts';
import type { MotoClient } from './moto-client.ts';

/** @throws Ec2Fault where a security group is not of the subnet's network */
export async function checkPlace(
  moto: MotoClient,
  subnet: string | undefined,
  groups: readonly string[],
): Promise<void> {
  if (subnet === undefined) return;
  const { Subnets = [] } = await moto.call<{ Subnets?: { VpcId?: string }[] }>('DescribeSubnets', {
    SubnetIds: [subnet],
  });
  const found = await moto.call<{ SecurityGroups?: { GroupId?: string; VpcId?: string }[] }>('DescribeSecurityGroups', {
    GroupIds: [...groups],
  });
  for (const { GroupId, VpcId } of found.SecurityGroups ?? [])
    if (VpcId !== Subnets[0]?.VpcId)
      throw new Ec2Fault(
        'InvalidParameter',
        `Security group ${GroupId} and subnet ${subnet} belong to different networks.`,
      );
}
