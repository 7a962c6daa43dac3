import { ApiError } from '../api/api-error.ts';
import { listing, type Operation, operation, writing } from '../api/operation.ts';
import {
  type Cloud,
  checkZone,
  inUse,
  type PublicGateway,
  reference,
  type SecurityGroup,
  type Subnet,
  type Vpc,
  ZONES,
  zoneReference,
} from './cloud.ts';

/** Addresses that an address prefix has, one for each zone. */
const PREFIX_ADDRESSES = 16_384;
const RESERVED = 5;
const VPC_QUOTA = 10;

/** VPCs, subnets, public gateways and security groups. */
export function networkOperations(cloud: Cloud): Operation[] {
  const { vpcs, subnets, gateways, groups, instances } = cloud;
  const vpcOf = (id: string | undefined) => cloud.get(vpcs, 'VPC', id);
  const subnetOf = (id: string | undefined) => cloud.get(subnets, 'Subnet', id);
  const gatewayOf = (id: string | undefined) => cloud.get(gateways, 'Public gateway', id);
  const isOfVpc = (query: Readonly<Record<string, string | undefined>>) => (each: { readonly vpc: string }) =>
    query['vpc.id'] === undefined || query['vpc.id'] === each.vpc;

  const shownVpc = (vpc: Vpc) => ({
    ...shown(vpc, 'vpcs'),
    status: vpc.state,
    classic_access: false,
    default_security_group: reference({ id: vpc.defaultGroup, name: 'default' }, 'security_groups'),
  });
  const shownSubnet = (subnet: Subnet) => {
    const gateway = gateways.get(subnet.gateway ?? '');
    return {
      ...shown(subnet, 'subnets'),
      status: subnet.state,
      ip_version: 'ipv4',
      ipv4_cidr_block: cidrOf(cloud, subnet),
      total_ipv4_address_count: subnet.cidr.count,
      available_ipv4_address_count: subnet.cidr.count - RESERVED,
      vpc: reference(vpcOf(subnet.vpc), 'vpcs'),
      zone: zoneReference(subnet.zone),
      ...(gateway !== undefined && { public_gateway: reference(gateway, 'public_gateways') }),
    };
  };
  const shownGateway = (gateway: PublicGateway) => ({
    ...shown(gateway, 'public_gateways'),
    status: gateway.state,
    resource_type: 'public_gateway',
    vpc: reference(vpcOf(gateway.vpc), 'vpcs'),
    zone: zoneReference(gateway.zone),
  });
  const shownGroup = (group: SecurityGroup) => ({
    ...shown(group, 'security_groups'),
    rules: group.rules,
    targets: [],
    vpc: reference(vpcOf(group.vpc), 'vpcs'),
  });

  return [
    listing('/vpcs', 'vpcs', () => [...vpcs.values()].map(shownVpc)),
    writing('POST', '/vpcs', 'vpc', ({ body: { name } }) => {
      if (vpcs.size >= VPC_QUOTA)
        throw new ApiError(400, 'over_quota', 'Quota exceeded. Allowed VPC count: 10 per region');
      const vpc: Vpc = { ...cloud.fresh(name), defaultGroup: cloud.fresh(undefined).id };
      return { status: 201, body: shownVpc(cloud.add(vpcs, vpc)) };
    }),
    operation('GET', '/vpcs/{}', ({ path: [id] }) => ({ status: 200, body: shownVpc(vpcOf(id)) })),
    operation('DELETE', '/vpcs/{}', ({ path: [id] }) => {
      const vpc = vpcOf(id);
      for (const [what, all] of [
        ['instances', instances],
        ['subnets', subnets],
        ['public gateways', gateways],
      ] as const)
        if ([...all.values()].some((each) => each.vpc === vpc.id)) throw inUse(`The VPC has ${what} in it`);
      for (const group of groups.values()) if (group.vpc === vpc.id) groups.delete(group.id);
      cloud.drop(vpcs, vpc);
      return { status: 204 };
    }),

    listing('/subnets', 'subnets', (query) => [...subnets.values()].filter(isOfVpc(query)).map(shownSubnet)),
    writing('POST', '/subnets', 'subnet', ({ body }) => {
      const { id: vpc } = vpcOf(body.vpc.id);
      checkZone(body.zone.name);
      const gateway = body.public_gateway && gatewayOf(body.public_gateway.id);
      checkGateway(gateway, vpc, body.zone.name);
      const cidr = freeRange(cloud, body.zone.name, body.total_ipv4_address_count);
      const subnet = { ...cloud.fresh(body.name, '0717'), vpc, zone: body.zone.name, cidr, gateway: gateway?.id };
      return { status: 201, body: shownSubnet(cloud.add<Subnet>(subnets, subnet, (other) => other.vpc === vpc)) };
    }),
    operation('GET', '/subnets/{}', ({ path: [id] }) => ({ status: 200, body: shownSubnet(subnetOf(id)) })),
    operation('DELETE', '/subnets/{}', ({ path: [id] }) => {
      const subnet = subnetOf(id);
      if ([...instances.values()].some((each) => each.subnet === subnet.id))
        throw inUse('The subnet is in use by network interfaces');
      cloud.drop(subnets, subnet);
      subnet.gateway = undefined;
      return { status: 204 };
    }),
    writing('PUT', '/subnets/{}/public_gateway', 'setGateway', ({ path: [id], body }) => {
      const subnet = subnetOf(id);
      const gateway = gatewayOf(body.id);
      checkGateway(gateway, subnet.vpc, subnet.zone);
      subnet.gateway = gateway.id;
      return { status: 201, body: shownGateway(gateway) };
    }),

    listing('/public_gateways', 'publicGateways', () => [...gateways.values()].map(shownGateway)),
    writing('POST', '/public_gateways', 'publicGateway', ({ body }) => {
      const { id: vpc } = vpcOf(body.vpc.id);
      const zone = body.zone.name;
      checkZone(zone);
      if ([...gateways.values()].some((each) => each.vpc === vpc && each.zone === zone))
        throw new ApiError(
          409,
          'public_gateway_zone_conflict',
          `A public gateway already exists in zone ${zone} of the VPC`,
        );
      const gateway = cloud.add<PublicGateway>(
        gateways,
        { ...cloud.fresh(body.name), vpc, zone },
        (other) => other.vpc === vpc,
      );
      const address = { ...cloud.fresh(undefined), address: cloud.nextAddress(), target: gateway.id, ofGateway: true };
      cloud.add(cloud.floatingIps, address);
      return { status: 201, body: shownGateway(gateway) };
    }),
    operation('GET', '/public_gateways/{}', ({ path: [id] }) => ({ status: 200, body: shownGateway(gatewayOf(id)) })),
    operation('DELETE', '/public_gateways/{}', ({ path: [id] }) => {
      const gateway = gatewayOf(id);
      if ([...subnets.values()].some((each) => each.gateway === gateway.id))
        throw inUse('The public gateway is attached to subnets');
      for (const each of cloud.floatingIps.values()) if (each.target === gateway.id) cloud.floatingIps.delete(each.id);
      cloud.drop(gateways, gateway);
      return { status: 204 };
    }),

    listing('/security_groups', 'securityGroups', (query) =>
      [...groups.values()].filter(isOfVpc(query)).map(shownGroup),
    ),
    writing('POST', '/security_groups', 'securityGroup', ({ body: { name, vpc, rules = [] } }) => {
      const group: SecurityGroup = { ...cloud.fresh(name), vpc: vpcOf(vpc.id).id, rules };
      return { status: 201, body: shownGroup(cloud.add(groups, group, (other) => other.vpc === group.vpc)) };
    }),
    operation('DELETE', '/security_groups/{}', ({ path: [id] }) => {
      const group = cloud.get(groups, 'Security group', id);
      if ([...instances.values()].some((each) => each.groups.includes(group.id)))
        throw inUse('The security group is in use by network interfaces');
      groups.delete(group.id);
      return { status: 204 };
    }),
  ];
}

function shown(
  resource: { readonly id: string; readonly name: string; readonly createdAt: Date },
  path: string,
): object {
  return { ...reference(resource, path), created_at: resource.createdAt.toISOString() };
}

function checkGateway(gateway: PublicGateway | undefined, vpc: string, zone: string): void {
  if (gateway === undefined) return;
  if (gateway.vpc !== vpc || gateway.zone !== zone)
    throw new ApiError(400, 'bad_field', 'The public gateway is not of the VPC and zone of the subnet');
  if (gateway.state !== 'available')
    throw new ApiError(409, 'public_gateway_not_available', 'The public gateway is pending');
}

/** The next addresses of a zone's prefix, on a border of their own size. */
function freeRange({ subnets }: Cloud, zone: string, count: number): Subnet['cidr'] {
  const first = ZONES.indexOf(zone) * PREFIX_ADDRESSES;
  for (let start = first; start + count <= first + PREFIX_ADDRESSES; start += count) {
    const isFree = [...subnets.values()].every(
      ({ cidr }) => cidr.first + cidr.count <= start || start + count <= cidr.first,
    );
    if (isFree) return { first: start, count };
  }
  throw new ApiError(400, 'insufficient_space', `The address prefixes of ${zone} have no room for ${count} addresses`);
}

function cidrOf(cloud: Cloud, { cidr: { first, count } }: Subnet): string {
  return `${addressAt(cloud, first)}/${32 - Math.log2(count)}`;
}

/** The address of a place in the network of all machines. */
export function addressAt({ networks }: Cloud, place: number): string {
  return `${networks.inside.prefix}.${Math.floor(place / 256)}.${place % 256}`;
}
