import { ApiError } from '../api/api-error.ts';
import { listing, type Operation, operation, writing } from '../api/operation.ts';
import { type Cloud, checkZone, type FloatingIp, type Instance, inUse, reference } from './cloud.ts';

/** Floating IPs, and how they are bound to machines. */
export function floatingIpOperations(cloud: Cloud): Operation[] {
  const { floatingIps, instances, groups } = cloud;
  const byNic = (nic: string | undefined) => [...instances.values()].find((each) => each.nic === nic);
  const interfaceOf = (path: readonly string[]): Instance => {
    const instance = cloud.get(instances, 'Instance', path[0]);
    if (instance.nic !== path[1])
      throw new ApiError(404, 'not_found', `Network interface with ID ${path[1]} not found`);
    return instance;
  };
  const shown = (ip: FloatingIp) => {
    const instance = byNic(ip.target);
    return {
      ...reference(ip, 'floating_ips'),
      created_at: ip.createdAt.toISOString(),
      address: ip.address,
      status: ip.state,
      ...(instance !== undefined && {
        target: { id: instance.nic, name: 'eth0', resource_type: 'network_interface', href: '' },
      }),
      ...(ip.ofGateway && { target: { id: ip.target, resource_type: 'public_gateway' } }),
    };
  };
  /** As far as the security groups let anybody in. */
  const isOpen = (instance: Instance) =>
    instance.groups
      .flatMap((id) => groups.get(id)?.rules ?? [])
      .some(
        (rule) =>
          rule.direction === 'inbound' &&
          (rule.protocol === 'all' ||
            (rule.protocol === 'tcp' && (rule.port_min ?? 1) <= 22 && (rule.port_max ?? 65_535) >= 22)),
      );
  const bind = async (ip: FloatingIp, instance: Instance) => {
    if (ip.target === instance.nic) return;
    if (ip.target !== undefined) throw new ApiError(409, 'floating_ip_in_use', `Floating IP ${ip.name} is in use`);
    if ([...floatingIps.values()].some((other) => other.target === instance.nic))
      throw new ApiError(409, 'network_interface_in_use', 'The network interface has a floating IP already');
    ip.target = instance.nic;
    if (isOpen(instance)) void instance.machine.reachFromOutside(ip.address).catch(() => {}); // it is deleted just now
  };

  return [
    listing('/floating_ips', 'floatingIps', () => [...floatingIps.values()].map(shown)),
    writing('POST', '/floating_ips', 'floatingIp', async ({ body }) => {
      const instance = 'target' in body ? byNic(body.target.id) : undefined;
      if ('target' in body && instance === undefined)
        throw new ApiError(404, 'not_found', `Network interface with ID ${body.target.id} not found`);
      if ('zone' in body) checkZone(body.zone.name);
      const made = { ...cloud.fresh(body.name), address: cloud.nextAddress(), target: undefined, ofGateway: false };
      const ip = cloud.add<FloatingIp>(floatingIps, made);
      if (instance !== undefined) await bind(ip, instance);
      return { status: 201, body: shown(ip) };
    }),
    operation('DELETE', '/floating_ips/{}', async ({ path: [id] }) => {
      const ip = cloud.get(floatingIps, 'Floating IP', id);
      if (ip.ofGateway) throw inUse('The floating IP is bound to a public gateway');
      floatingIps.delete(ip.id);
      await byNic(ip.target)?.machine.reachNoMore();
      return { status: 204 };
    }),
    operation('GET', '/instances/{}/network_interfaces/{}/floating_ips', ({ path }) => {
      const { nic } = interfaceOf(path);
      return {
        status: 200,
        body: { floating_ips: [...floatingIps.values()].filter((ip) => ip.target === nic).map(shown) },
      };
    }),
    operation('PUT', '/instances/{}/network_interfaces/{}/floating_ips/{}', async ({ path }) => {
      const ip = cloud.get(floatingIps, 'Floating IP', path[2]);
      await bind(ip, interfaceOf(path));
      return { status: 201, body: shown(ip) };
    }),
  ];
}
