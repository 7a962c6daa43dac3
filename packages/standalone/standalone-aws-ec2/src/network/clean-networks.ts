import {
  DeleteInternetGatewayCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { InvocationError, type PluginLogger } from '@lithops/core/plugin';
import { until } from '@lithops/standalone/plugin';
import { codeOf } from '../aws/ec2-error.ts';
import { CLAIM_TAG, filter, MADE_TAG } from '../aws/tags.ts';
import { told } from '../aws/told.ts';
import { instancesOf, THERE } from '../machines/instance.ts';
import { deleteRecord, NETWORK, recordOf } from './own-vpc.ts';

/** A machine that was terminated holds its network for some time. */
const RELEASED_MS = 300_000;

/** Deletes what was made of networks in a region, whoever has; one with machines of Lithops in it is left. @returns what was deleted */
export async function cleanNetworks(
  client: EC2Client,
  logger: PluginLogger,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const Filters = [filter(`tag:${MADE_TAG}`, NETWORK)];
  const options = { abortSignal: signal };
  const ask = <Answer>(answer: Promise<Answer>) => told('find the networks that were made', signal, answer);
  const users = await instancesOf(client, [filter('tag-key', CLAIM_TAG), THERE], signal);
  if (users.length > 0) {
    logger.warn(`networks are left where they are: ${users.length} machines of others are in them`);
    return [];
  }
  const deleted: string[] = [];
  const remove = async (what: string, id: string | undefined, request: () => Promise<unknown>) => {
    if (id === undefined) return;
    const done = await until(
      async () => {
        try {
          await request();
          return true;
        } catch (error) {
          if (/NotFound$/.test(codeOf(error))) return true;
          if (codeOf(error) === 'DependencyViolation') return undefined;
          return told(`delete ${what} ${id}`, signal, Promise.reject(error));
        }
      },
      { signal, withinMs: RELEASED_MS },
    );
    if (done === undefined)
      throw new InvocationError(`could not delete ${what} ${id}: something uses it that is not of Lithops`, {
        hint: 'look at it in the console, and run lithops clean --all again',
      });
    deleted.push(`${what} ${id}`);
  };
  // Who comes from now on makes another.
  const record = await recordOf(client, signal);
  if (record?.LaunchTemplateId !== undefined) await deleteRecord(client, record.LaunchTemplateId, signal);
  const groups = await ask(client.send(new DescribeSecurityGroupsCommand({ Filters }), options));
  for (const { GroupId } of groups.SecurityGroups ?? [])
    await remove('security group', GroupId, () => client.send(new DeleteSecurityGroupCommand({ GroupId }), options));
  const tables = await ask(client.send(new DescribeRouteTablesCommand({ Filters }), options));
  const subnets = await ask(client.send(new DescribeSubnetsCommand({ Filters }), options));
  for (const { SubnetId } of subnets.Subnets ?? [])
    await remove('subnet', SubnetId, () => client.send(new DeleteSubnetCommand({ SubnetId }), options));
  for (const { RouteTableId, Associations = [] } of tables.RouteTables ?? []) {
    for (const { RouteTableAssociationId: AssociationId } of Associations)
      await client.send(new DisassociateRouteTableCommand({ AssociationId }), options).catch(() => {}); // it went with its subnet
    await remove('route table', RouteTableId, () =>
      client.send(new DeleteRouteTableCommand({ RouteTableId }), options),
    );
  }
  const gateways = await ask(client.send(new DescribeInternetGatewaysCommand({ Filters }), options));
  for (const { InternetGatewayId, Attachments = [] } of gateways.InternetGateways ?? []) {
    for (const { VpcId } of Attachments)
      await remove('attachment of', InternetGatewayId, () =>
        client.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }), options),
      );
    await remove('internet gateway', InternetGatewayId, () =>
      client.send(new DeleteInternetGatewayCommand({ InternetGatewayId }), options),
    );
  }
  const vpcs = await ask(client.send(new DescribeVpcsCommand({ Filters }), options));
  for (const { VpcId } of vpcs.Vpcs ?? [])
    await remove('VPC', VpcId, () => client.send(new DeleteVpcCommand({ VpcId }), options));
  return deleted.filter((what) => !what.startsWith('attachment'));
}
