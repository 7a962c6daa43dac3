import { randomUUID } from 'node:crypto';
import { ApiError } from '../api/api-error.ts';
import { listing, type Operation, operation, writing } from '../api/operation.ts';
import type { Body } from '../api/schemas.ts';
import { Machine } from '../machines/machine.ts';
import { type Cloud, type Instance, reference, type Subnet, type Volume, zoneReference } from './cloud.ts';
import { addressAt } from './network-operations.ts';
import { PROFILES } from './profiles.ts';

/** IBM keeps the first addresses of each subnet. */
const FIRST_FREE = 4;

/** Instances, their actions, and their boot volumes. */
export function instanceOperations(cloud: Cloud): Operation[] {
  const { instances, volumes } = cloud;
  const instanceOf = (id: string | undefined) => cloud.get(instances, 'Instance', id);
  const volumeOf = (id: string | undefined) => cloud.get(volumes, 'Volume', id);

  const shown = (instance: Instance) => ({
    ...reference(instance, 'instances'),
    created_at: instance.createdAt.toISOString(),
    status: instance.status,
    status_reasons: instance.reasons,
    lifecycle_state: instance.state === 'available' ? 'stable' : instance.state,
    profile: { name: instance.profile },
    vpc: reference(cloud.get(cloud.vpcs, 'VPC', instance.vpc), 'vpcs'),
    zone: zoneReference(instance.zone),
    boot_volume_attachment: {
      id: `0717-${instance.id.slice(5)}`,
      // Absent until it is provisioned.
      ...(volumes.has(instance.volume.id) && { volume: reference(instance.volume, 'volumes') }),
    },
    primary_network_interface: {
      id: instance.nic,
      name: 'eth0',
      primary_ip: { address: instance.status === 'pending' ? '0.0.0.0' : instance.address },
      resource_type: 'network_interface',
    },
  });
  const shownVolume = (volume: Volume) => ({
    ...reference(volume, 'volumes'),
    created_at: volume.createdAt.toISOString(),
    status: volume.state,
    user_tags: volume.userTags,
  });

  return [
    listing('/instances', 'instances', (query) =>
      [...instances.values()]
        .filter(({ vpc, name }) => (query['vpc.id'] ?? vpc) === vpc && (query['name'] ?? name) === name)
        .map(shown),
    ),
    writing('POST', '/instances', 'instance', ({ body }) => {
      const instance = makeInstance(cloud, body);
      void boot(cloud, instance);
      return { status: 201, body: shown(instance) };
    }),
    operation('GET', '/instances/{}', ({ path: [id] }) => ({ status: 200, body: shown(instanceOf(id)) })),
    operation('DELETE', '/instances/{}', ({ path: [id] }) => {
      const instance = instanceOf(id);
      if (instance.status === 'deleting') throw conflict(instance, 'deleted');
      instance.status = 'deleting';
      void remove(cloud, instance);
      return { status: 204 };
    }),
    writing('POST', '/instances/{}/actions', 'instanceAction', async ({ path: [id], body: { type } }) => {
      const instance = instanceOf(id);
      if (type === 'start') {
        if (instance.status !== 'stopped') throw conflict(instance, 'started');
        void start(instance);
      } else if (type === 'stop') {
        if (instance.status !== 'running') throw conflict(instance, 'stopped');
        instance.status = 'stopping';
        void instance.machine.kill();
      } else throw new ApiError(501, 'not_simulated', 'There is no reboot here');
      const action = { id: randomUUID(), type, status: 'pending', created_at: new Date().toISOString() };
      return { status: 201, body: action };
    }),
    operation('GET', '/instance/profiles/{}', ({ path: [name = ''] }) => {
      const profile = PROFILES[name];
      if (profile === undefined) throw new ApiError(404, 'not_found', `Instance profile ${name} not found`);
      const [cpus, architecture] = profile;
      return {
        status: 200,
        body: {
          name,
          vcpu_count: { type: 'fixed', value: cpus },
          vcpu_architecture: { type: 'fixed', value: architecture },
        },
      };
    }),

    listing('/volumes', 'volumes', () => [...volumes.values()].map(shownVolume)),
    operation('GET', '/volumes/{}', ({ path: [id] }) => {
      const volume = volumeOf(id);
      return { status: 200, body: shownVolume(volume), etag: etagOf(volume) };
    }),
    writing('PATCH', '/volumes/{}', 'volumePatch', ({ path: [id], body, ifMatch }) => {
      const volume = volumeOf(id);
      if (body.user_tags !== undefined && ifMatch === undefined)
        throw new ApiError(428, 'precondition_required', 'A patch with an array needs If-Match');
      if (ifMatch !== undefined && ifMatch !== etagOf(volume))
        throw new ApiError(412, 'precondition_failed', 'The volume was changed meanwhile');
      volume.userTags = body.user_tags ?? volume.userTags;
      volume.version++;
      return { status: 200, body: shownVolume(volume), etag: etagOf(volume) };
    }),
  ];
}

function makeInstance(cloud: Cloud, body: Body<'instance'>): Instance {
  const { boots = () => true, instanceQuota = Number.POSITIVE_INFINITY } = cloud.options;
  const nic = body.primary_network_interface;
  const subnet = cloud.get(cloud.subnets, 'Subnet', nic.subnet.id);
  const groups = (nic.security_groups ?? []).map(({ id }) => cloud.get(cloud.groups, 'Security group', id).id);
  const image = cloud.get(cloud.images, 'Image', body.image.id);
  const profile = PROFILES[body.profile.name];
  if (profile === undefined) throw new ApiError(400, 'bad_field', `Instance profile ${body.profile.name} not found`);
  if (subnet.zone !== body.zone.name || (body.vpc !== undefined && body.vpc.id !== subnet.vpc))
    throw new ApiError(400, 'bad_field', 'The subnet is not of the VPC and zone of the instance');
  if (image.state !== 'available' || image.system.architecture !== profile[1])
    throw new ApiError(400, 'bad_field', `Image ${image.name} is ${image.state}, for ${image.system.architecture}`);
  if (cloud.instances.size >= instanceQuota)
    throw new ApiError(
      400,
      'over_quota',
      'Creating the instance would put the account over quota: instances per region',
    );
  const fresh = cloud.fresh(body.name, '0717');
  const volume = body.boot_volume_attachment?.volume;
  const { id: volumeId, name: volumeName } = cloud.fresh(volume?.name);
  const address = freeAddress(cloud, subnet);
  const machine = new Machine(
    {
      id: fresh.id,
      hostname: fresh.name,
      image: image.docker,
      address,
      userData: body.user_data ?? '',
      boots: boots(fresh.name),
    },
    {
      engine: cloud.engine,
      networks: cloud.networks,
      ownerLabel: cloud.ownerLabel,
      onOff: () => {
        if (instance.status !== 'deleting') instance.status = 'stopped';
      },
    },
  );
  const instance: Instance = {
    ...fresh,
    status: 'pending',
    reasons: [],
    vpc: subnet.vpc,
    zone: subnet.zone,
    subnet: subnet.id,
    groups,
    nic: `0717-${randomUUID()}`,
    address,
    profile: body.profile.name,
    image: image.id,
    machine,
    volume: { id: volumeId, name: volumeName, userTags: volume?.user_tags ?? [] },
  };
  return cloud.add(cloud.instances, instance);
}

async function boot(cloud: Cloud, instance: Instance): Promise<void> {
  const { hasCapacity = () => true } = cloud.options;
  try {
    await instance.machine.create();
    if (instance.status === 'deleting') return;
    if (!hasCapacity(instance.name)) {
      const message = 'Not enough resources are available in the zone to fulfill the request';
      instance.reasons = [{ code: 'cannot_start_capacity', message }];
      instance.status = 'failed';
      return;
    }
    const { id, name, userTags } = instance.volume;
    cloud.add<Volume>(cloud.volumes, {
      ...{ id, name, userTags, version: 1, instance: instance.id },
      ...{ createdAt: new Date(), state: 'available' },
    });
    await start(instance);
  } catch (error) {
    if (instance.status === 'deleting') return;
    instance.reasons = [{ code: 'cannot_start', message: String(error) }];
    instance.status = 'failed';
  }
}

async function start(instance: Instance): Promise<void> {
  instance.status = 'starting';
  await instance.machine.start();
  if (instance.status === 'starting') instance.status = 'running';
}

async function remove(cloud: Cloud, instance: Instance): Promise<void> {
  for (const ip of cloud.floatingIps.values()) if (ip.target === instance.nic) ip.target = undefined;
  await instance.machine.remove().catch(() => {}); // it was not made yet
  cloud.volumes.delete(instance.volume.id);
  cloud.instances.delete(instance.id);
}

function freeAddress(cloud: Cloud, { cidr }: Subnet): string {
  const taken = new Set([...cloud.instances.values()].map(({ address }) => address));
  for (let place = cidr.first + FIRST_FREE; place < cidr.first + cidr.count - 1; place++) {
    const address = addressAt(cloud, place);
    if (!taken.has(address)) return address;
  }
  throw new ApiError(409, 'insufficient_addresses', 'The subnet has no free addresses');
}

function conflict({ name, status }: Instance, what: string): ApiError {
  return new ApiError(409, 'instance_invalid_state', `Instance ${name} is ${status} and cannot be ${what}`);
}

function etagOf({ id, version }: Volume): string {
  return `W/"${id}-${version}"`;
}
