import * as z from 'zod';

/**
 * What requests of IBM's API may hold, by its reference of version 2025-04-22 (https://cloud.ibm.com/apidocs/vpc), for the
 * operations that there are here. What the reference does not name is refused.
 */
const name = z
  .string()
  .max(63)
  .regex(/^([a-z]|[a-z][-a-z0-9]*[a-z0-9])$/);
const instanceName = z
  .string()
  .max(63)
  .regex(/^([a-z]|[a-z][-a-z0-9]*[a-z0-9]|[0-9][-a-z0-9]*([a-z]|[-a-z][-a-z0-9]*[a-z0-9]))$/);
const id = z.string().regex(/^[-0-9a-z_]{1,64}$/);
const byId = z.strictObject({ id });
const byName = z.strictObject({ name: z.string().min(1) });
const resourceGroup = z.optional(z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/) }));
const cidr = z.string().regex(/^([0-9]{1,3}\.){3}[0-9]{1,3}\/[0-9]{1,2}$/);
const port = z.int().min(1).max(65_535);
const flag = z.boolean();
/** https://cloud.ibm.com/docs/account?topic=account-tag: not case-sensitive, and kept in small letters. */
const userTags = z.array(
  z
    .string()
    .max(128)
    .regex(/^[a-z0-9 _.-]+(:[a-z0-9 _.-]+)?$/),
);

const remote = z.union([
  z.strictObject({ cidr_block: cidr }),
  z.strictObject({ address: z.ipv4() }),
  byId,
  z.strictObject({ name }),
]);
const rule = {
  direction: z.enum(['inbound', 'outbound']),
  ip_version: z.optional(z.enum(['ipv4'])),
  remote: z.optional(remote),
  local: z.optional(remote),
  name: z.optional(name),
};
const securityGroupRule = z.discriminatedUnion('protocol', [
  z.strictObject({ ...rule, protocol: z.literal('all') }),
  z.strictObject({ ...rule, protocol: z.literal('icmp'), code: z.optional(z.int()), type: z.optional(z.int()) }),
  z.strictObject({ ...rule, protocol: z.enum(['tcp', 'udp']), port_min: z.optional(port), port_max: z.optional(port) }),
]);

export const bodies = {
  vpc: z.strictObject({
    address_prefix_management: z.optional(z.enum(['auto', 'manual'])),
    classic_access: z.optional(flag),
    name: z.optional(name),
    resource_group: resourceGroup,
  }),
  subnet: z.strictObject({
    ip_version: z.optional(z.literal('ipv4')),
    name: z.optional(name),
    network_acl: z.optional(byId),
    public_gateway: z.optional(byId),
    resource_group: resourceGroup,
    routing_table: z.optional(byId),
    vpc: byId,
    total_ipv4_address_count: z
      .int()
      .min(8)
      .refine((count) => Number.isInteger(Math.log2(count))),
    zone: byName,
  }),
  publicGateway: z.strictObject({
    vpc: byId,
    zone: byName,
    floating_ip: z.optional(byId),
    name: z.optional(name),
    resource_group: resourceGroup,
  }),
  setGateway: byId,
  securityGroup: z.strictObject({
    vpc: byId,
    name: z.optional(name),
    resource_group: resourceGroup,
    rules: z.optional(z.array(securityGroupRule)),
  }),
  floatingIp: z.union([
    z.strictObject({ name: z.optional(name), resource_group: resourceGroup, zone: byName }),
    z.strictObject({ name: z.optional(name), resource_group: resourceGroup, target: byId }),
  ]),
  instance: z.strictObject({
    availability_policy: z.optional(z.strictObject({ host_failure: z.enum(['restart', 'stop']) })),
    boot_volume_attachment: z.optional(
      z.strictObject({
        delete_volume_on_instance_delete: z.optional(flag),
        name: z.optional(name),
        volume: z.strictObject({
          bandwidth: z.optional(z.int()),
          capacity: z.optional(z.int().min(10).max(250)),
          iops: z.optional(z.int()),
          name: z.optional(name),
          profile: byName,
          resource_group: resourceGroup,
          user_tags: z.optional(userTags),
        }),
      }),
    ),
    image: byId,
    keys: z.optional(z.array(byId)),
    metadata_service: z.optional(
      z.strictObject({
        enabled: z.optional(flag),
        protocol: z.optional(z.enum(['http', 'https'])),
        response_hop_limit: z.optional(z.int().min(1).max(64)),
      }),
    ),
    name: z.optional(instanceName),
    primary_network_interface: z.strictObject({
      allow_ip_spoofing: z.optional(flag),
      name: z.optional(name),
      security_groups: z.optional(z.array(byId)),
      subnet: byId,
    }),
    profile: byName,
    resource_group: resourceGroup,
    user_data: z.optional(z.string().max(64 * 1024)),
    vpc: z.optional(byId),
    zone: byName,
  }),
  instanceAction: z.strictObject({ type: z.enum(['reboot', 'start', 'stop']), force: z.optional(flag) }),
  volumePatch: z.strictObject({ name: z.optional(name), user_tags: z.optional(userTags) }),
  image: z.strictObject({
    name: z.optional(name.refine((text) => !text.startsWith('ibm-'))),
    resource_group: resourceGroup,
    source_volume: byId,
  }),
};

const group = { 'resource_group.id': z.optional(z.string()) };
const ofVpc = { 'vpc.id': z.optional(z.string()) };
const named = { name: z.optional(z.string()) };

/** Filters of collections, besides pages. */
export const filters = {
  vpcs: group,
  subnets: { ...group, ...ofVpc, 'zone.name': z.optional(z.string()) },
  publicGateways: group,
  securityGroups: { ...group, ...ofVpc },
  floatingIps: group,
  instances: { ...group, ...ofVpc, ...named },
  volumes: { ...named, 'zone.name': z.optional(z.string()) },
  images: { ...group, ...named, visibility: z.optional(z.enum(['private', 'public'])), status: z.optional(z.string()) },
};

export const pages = { start: z.optional(z.string()), limit: z.optional(z.string().regex(/^([1-9]|[1-9][0-9]|100)$/)) };
export const versions = { version: z.iso.date(), generation: z.literal('2') };

export type Body<Name extends keyof typeof bodies> = z.output<(typeof bodies)[Name]>;
