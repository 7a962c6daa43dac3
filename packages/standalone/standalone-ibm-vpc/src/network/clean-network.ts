import { until } from '@lithops/standalone/plugin';
import { VpcApiError } from '../api/api-error.ts';
import type { VpcClient } from '../api/vpc-client.ts';
import type { FloatingIp, Named, PublicGateway, SecurityGroup, Subnet } from '../api/vpc-resources.ts';
import { MADE, SECURITY_GROUP, SECURITY_GROUP_OF_OWN_VPC } from './made-names.ts';

export interface NetworkToClean {
  readonly client: VpcClient;
  readonly vpcId: string | undefined;
  readonly resourceGroup: { readonly id: string } | undefined;
  readonly signal: AbortSignal;
}

/**
 * Deletes what was made and nobody uses. A subnet goes first: as long as there is a machine in it, IBM Cloud refuses that, and then all
 * that the machine needs stays. @returns what was deleted, for people
 */
export async function cleanNetwork({ client, vpcId, resourceGroup, signal }: NetworkToClean): Promise<string[]> {
  const ofGroup = resourceGroup === undefined ? {} : { 'resource_group.id': resourceGroup.id };
  const addresses = await client.list<FloatingIp>('/floating_ips', { signal, query: ofGroup });
  const unused = addresses.filter(({ name, target }) => MADE.isFloatingIp(name) && target === undefined);
  const deleted = await removeAll('floating IP', '/floating_ips', unused);
  if (vpcId === undefined) return deleted;
  const query = { 'vpc.id': vpcId };
  const subnets = await client.list<Subnet>('/subnets', { signal, query });
  deleted.push(
    ...(await removeAll(
      'subnet',
      '/subnets',
      subnets.filter(({ name }) => MADE.isSubnet(name)),
    )),
  );
  const gateways = await client.list<PublicGateway>('/public_gateways', { signal });
  const own = gateways.filter(({ name, vpc }) => vpc.id === vpcId && MADE.isGateway(name));
  deleted.push(...(await removeAll('public gateway', '/public_gateways', own)));
  const groups = await client.list<SecurityGroup>('/security_groups', { signal, query });
  if (groups.some(({ name }) => name === SECURITY_GROUP_OF_OWN_VPC)) {
    const vpc = await client.find<Named>(`/vpcs/${vpcId}`, { signal });
    // Its security groups go with it; and before it goes, they say whose it is.
    if (vpc !== undefined) deleted.push(...(await removeAll('VPC', '/vpcs', [vpc])));
  } else {
    const made = groups.filter(({ name }) => name === SECURITY_GROUP);
    deleted.push(...(await removeAll('security group', '/security_groups', made)));
  }
  return deleted;

  async function removeAll(what: string, path: string, resources: readonly Named[]): Promise<string[]> {
    const gone = await Promise.all(
      resources.map(async ({ id, name }) => ((await remove(`${path}/${id}`)) ? [`${what} ${name}`] : [])),
    );
    return gone.flat();
  }

  /** Whether it was there, and is gone; what is in use stays. */
  async function remove(path: string): Promise<boolean> {
    try {
      if (!(await client.remove(path, { signal }))) return false;
    } catch (error) {
      if (error instanceof VpcApiError && error.isConflict) return false;
      throw error;
    }
    await until(async () => ((await client.find(path, { signal })) === undefined ? true : undefined), { signal });
    return true;
  }
}
