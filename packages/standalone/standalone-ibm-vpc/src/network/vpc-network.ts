import { ConfigError } from '@lithops/core/plugin';
import { until } from '@lithops/standalone/plugin';
import { VpcApiError } from '../api/api-error.ts';
import type { VpcClient } from '../api/vpc-client.ts';
import type { Named, PublicGateway, SecurityGroup, Subnet, Vpc } from '../api/vpc-resources.ts';
import type { ProviderSettings } from '../provider-settings.ts';
import { MADE, PORT_22_ONLY, SECURITY_GROUP, SECURITY_GROUP_OF_OWN_VPC, SUBNET_ADDRESSES } from './made-names.ts';

/** How long a name may be that of something which is being deleted, in ms. */
const TAKEN_MS = 180_000;

/** Where machines are made. */
export interface Network {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly securityGroupId: string;
}

/**
 * The network that is there, or that is made: names are given once in a VPC, and VPC's in a region, so that of several who make
 * the same thing at once all find the one that was made.
 */
export class VpcNetwork {
  readonly #client: VpcClient;
  readonly #settings: ProviderSettings;
  readonly #signal: AbortSignal;
  #vpcId: string | undefined;
  #network: Promise<Network> | undefined;

  /** @param signal ends what is made for several callers */
  constructor(client: VpcClient, settings: ProviderSettings, signal: AbortSignal) {
    this.#client = client;
    this.#settings = settings;
    this.#signal = signal;
  }

  /** The VPC, where there is one. */
  async find(signal: AbortSignal): Promise<string | undefined> {
    this.#vpcId ??= await this.#findVpc(signal);
    return this.#vpcId;
  }

  /** All of it, made where it is not there. @throws ConfigError for what is named and is not there */
  ensure(): Promise<Network> {
    this.#network ??= this.#ensure().catch((error: unknown) => {
      this.forget();
      throw error;
    });
    return this.#network;
  }

  /** Others may have deleted it: it is looked for anew. */
  forget(): void {
    this.#network = undefined;
    this.#vpcId = undefined;
  }

  async #ensure(): Promise<Network> {
    const { subnetId, securityGroupId, zone } = this.#settings;
    const subnet = subnetId === undefined ? undefined : await this.#namedSubnet(subnetId);
    const { id: vpcId, isMade } = await this.#ensureVpc(subnet);
    const [group, { id, zone: where }] = await Promise.all([
      securityGroupId ?? this.#ensureSecurityGroup(vpcId, isMade),
      subnet ?? this.#ensureSubnet(vpcId, zone ?? ''),
    ]);
    return { vpcId, subnetId: id, zone: where.name, securityGroupId: group };
  }

  async #namedSubnet(id: string): Promise<Subnet> {
    const { zone, vpcId } = this.#settings;
    const subnet = await this.#client.find<Subnet>(`/subnets/${id}`, { signal: this.#signal });
    if (subnet === undefined) throw new ConfigError(`there is no subnet ${id} (subnet_id)`);
    if (vpcId !== undefined && subnet.vpc.id !== vpcId)
      throw new ConfigError(`subnet ${id} is of VPC ${subnet.vpc.id}, and not of ${vpcId} (vpc_id)`);
    if (zone !== undefined && subnet.zone.name !== zone)
      throw new ConfigError(`subnet ${id} is in zone ${subnet.zone.name}, and not in ${zone} (zone)`);
    return subnet;
  }

  async #findVpc(signal: AbortSignal): Promise<string | undefined> {
    const { vpcId, vpcName, subnetId } = this.#settings;
    if (vpcId !== undefined) return vpcId;
    if (subnetId !== undefined) return (await this.#client.find<Subnet>(`/subnets/${subnetId}`, { signal }))?.vpc.id;
    return (await this.#client.list<Vpc>('/vpcs', { signal })).find(({ name }) => name === vpcName)?.id;
  }

  async #ensureVpc(subnet: Subnet | undefined): Promise<{ readonly id: string; readonly isMade: boolean }> {
    const { vpcId, vpcName: name } = this.#settings;
    const signal = this.#signal;
    const named = subnet?.vpc.id ?? vpcId;
    if (named !== undefined) {
      if ((await this.#client.find<Vpc>(`/vpcs/${named}`, { signal })) === undefined)
        throw new ConfigError(`there is no VPC ${named} (vpc_id)`);
      return { id: named, isMade: false };
    }
    const { resource, isMade } = await this.#findOrMake<Vpc>('/vpcs', { name, address_prefix_management: 'auto' }, {});
    await this.#available(`/vpcs/${resource.id}`);
    this.#vpcId = resource.id;
    return { id: resource.id, isMade };
  }

  async #ensureSecurityGroup(vpcId: string, isOwn: boolean): Promise<string> {
    // Who makes the VPC says so by a group of that name, even beside one that somebody made who had found the VPC already.
    const names = isOwn ? [SECURITY_GROUP_OF_OWN_VPC] : [SECURITY_GROUP, SECURITY_GROUP_OF_OWN_VPC];
    const body = { name: names[0], vpc: { id: vpcId }, rules: PORT_22_ONLY };
    const isOurs = ({ name }: SecurityGroup) => names.includes(name);
    const query = { 'vpc.id': vpcId };
    return (await this.#findOrMake<SecurityGroup>('/security_groups', body, query, isOurs)).resource.id;
  }

  async #ensureSubnet(vpcId: string, zone: string): Promise<Subnet> {
    const gateway = await this.#ensureGateway(vpcId, zone);
    const body = {
      name: MADE.subnet(zone),
      vpc: { id: vpcId },
      zone: { name: zone },
      ip_version: 'ipv4',
      total_ipv4_address_count: SUBNET_ADDRESSES,
      public_gateway: { id: gateway },
    };
    const { id } = (await this.#findOrMake<Subnet>('/subnets', body, { 'vpc.id': vpcId })).resource;
    const subnet = await this.#available<Subnet>(`/subnets/${id}`);
    const signal = this.#signal;
    if (subnet.public_gateway?.id !== gateway)
      await this.#client.request('PUT', `/subnets/${id}/public_gateway`, { signal, body: { id: gateway } });
    return subnet;
  }

  /** There can be one in a zone of a VPC; whoever has made it. */
  async #ensureGateway(vpcId: string, zone: string): Promise<string> {
    const body = { name: MADE.gateway(zone), vpc: { id: vpcId }, zone: { name: zone } };
    const isThere = (each: PublicGateway) => each.vpc.id === vpcId && each.zone.name === zone;
    const { id } = (await this.#findOrMake<PublicGateway>('/public_gateways', body, {}, isThere)).resource;
    await this.#available(`/public_gateways/${id}`);
    return id;
  }

  /** The one that is there, or that is made; one of that name that is being deleted is waited for. */
  async #findOrMake<Resource extends Named & { readonly status?: string }>(
    path: string,
    body: Readonly<Record<string, unknown>> & { readonly name: string | undefined },
    query: Readonly<Record<string, string>>,
    isIt: (resource: Resource) => boolean = ({ name }) => name === body.name,
  ): Promise<{ readonly resource: Resource; readonly isMade: boolean }> {
    const signal = this.#signal;
    const { resourceGroup } = this.#settings;
    const last = Date.now() + TAKEN_MS;
    return until(
      async () => {
        const found = (await this.#client.list<Resource>(path, { signal, query })).find(
          (each) => isIt(each) && each.status !== 'deleting',
        );
        if (found !== undefined) return { resource: found, isMade: false };
        try {
          const prototype = { ...body, ...(resourceGroup !== undefined && { resource_group: resourceGroup }) };
          return { resource: await this.#client.post<Resource>(path, prototype, { signal }), isMade: true };
        } catch (error) {
          if (!(error instanceof VpcApiError) || !error.isTaken) throw error;
          if (Date.now() < last) return undefined;
          throw new ConfigError(`${path.slice(1)}: ${body.name} is taken, and is not shown to us`, { cause: error });
        }
      },
      { signal },
    );
  }

  async #available<Resource>(path: string): Promise<Resource> {
    const signal = this.#signal;
    return until(
      async () => {
        const resource = await this.#client.get<Resource & { readonly status: string }>(path, { signal });
        if (resource.status === 'failed')
          throw new ConfigError(`IBM Cloud could not make ${path.slice(1)}: it has failed`);
        return resource.status === 'available' ? resource : undefined;
      },
      { signal },
    );
  }
}
