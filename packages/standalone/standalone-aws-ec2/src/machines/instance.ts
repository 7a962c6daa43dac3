import { DescribeInstancesCommand, type EC2Client, type Filter, type Instance } from '@aws-sdk/client-ec2';
import type { Vm } from '@lithops/standalone';
import { filter, labelsOf, tagOf } from '../aws/tags.ts';
import { told } from '../aws/told.ts';

const STATES: Readonly<Record<string, Vm['state']>> = {
  pending: 'starting',
  running: 'running',
  stopping: 'stopping',
  stopped: 'stopped',
};
/** Of instances that are there; those that are being terminated cost nothing, and never come back. */
export const THERE: Filter = filter('instance-state-name', ...Object.keys(STATES));

export function isThere({ State }: Instance): boolean {
  return State?.Name !== undefined && State.Name in STATES;
}

/** All that fit, of all pages. EC2 may not show yet what was made a moment ago. */
export async function instancesOf(
  client: EC2Client,
  filters: readonly Filter[],
  signal: AbortSignal,
): Promise<readonly Instance[]> {
  const found: Instance[] = [];
  let NextToken: string | undefined;
  do {
    const request = new DescribeInstancesCommand({ Filters: [...filters], MaxResults: 1000, NextToken });
    const page = await told('list the machines', signal, client.send(request, { abortSignal: signal }));
    found.push(...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances));
    NextToken = page.NextToken;
  } while (NextToken !== undefined && NextToken !== '');
  return found;
}

export function vmOf(instance: Instance): Vm {
  const { InstanceId = '', State, Tags, LaunchTime, PublicIpAddress, PrivateIpAddress } = instance;
  const hasPublic = PublicIpAddress !== undefined && PublicIpAddress !== '';
  const hasPrivate = PrivateIpAddress !== undefined && PrivateIpAddress !== '';
  const client = hasPublic ? PublicIpAddress : PrivateIpAddress;
  return {
    id: InstanceId,
    name: tagOf(Tags, 'Name') ?? '',
    labels: labelsOf(Tags),
    state: STATES[State?.Name ?? ''] ?? 'stopping',
    createdAt: LaunchTime ?? new Date(0),
    addresses: {
      ...(client !== undefined && client !== '' && { client }),
      ...(hasPrivate && { machines: PrivateIpAddress }),
    },
  };
}
