import { randomUUID } from 'node:crypto';
import type { DockerEngine } from '@lithops-tools/services';
import { ApiError, notFound } from '../api/api-error.ts';
import type { Body } from '../api/schemas.ts';
import type { DockerNetworks } from '../machines/docker-networks.ts';
import type { Machine } from '../machines/machine.ts';
import type { SimulatorOptions } from '../simulator-options.ts';

export const REGION = 'us-south';
export const ZONES: readonly string[] = [1, 2, 3].map((number) => `${REGION}-${number}`);
/** What takes a moment in IBM's cloud takes one here. */
const MOMENT_MS = 40;

export interface Resource {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  state: 'pending' | 'available' | 'deleting' | 'failed';
}

export interface Vpc extends Resource {
  readonly defaultGroup: string;
}

export interface Subnet extends Resource {
  readonly vpc: string;
  readonly zone: string;
  readonly cidr: { readonly first: number; readonly count: number };
  gateway: string | undefined;
}

export interface PublicGateway extends Resource {
  readonly vpc: string;
  readonly zone: string;
}

export interface SecurityGroup extends Resource {
  readonly vpc: string;
  readonly rules: NonNullable<Body<'securityGroup'>['rules']>;
}

export interface FloatingIp extends Resource {
  readonly address: string;
  /** A network interface, or the gateway whose it is. */
  target: string | undefined;
  readonly ofGateway: boolean;
}

export interface Volume extends Resource {
  userTags: readonly string[];
  version: number;
  readonly instance: string;
}

export interface Instance extends Resource {
  status: 'deleting' | 'failed' | 'pending' | 'running' | 'starting' | 'stopped' | 'stopping';
  reasons: readonly { readonly code: string; readonly message: string }[];
  readonly vpc: string;
  readonly zone: string;
  readonly subnet: string;
  readonly groups: readonly string[];
  readonly nic: string;
  readonly address: string;
  readonly profile: string;
  readonly image: string;
  readonly machine: Machine;
  readonly volume: { readonly id: string; readonly name: string; readonly userTags: readonly string[] };
}

export interface Image extends Resource {
  readonly visibility: 'private' | 'public';
  readonly system: { readonly name: string; readonly architecture: string };
  readonly docker: string;
  readonly source: { readonly id: string; readonly name: string } | undefined;
}

/** All that there is in a region of an account. */
export class Cloud {
  readonly vpcs = new Map<string, Vpc>();
  readonly subnets = new Map<string, Subnet>();
  readonly gateways = new Map<string, PublicGateway>();
  readonly groups = new Map<string, SecurityGroup>();
  readonly floatingIps = new Map<string, FloatingIp>();
  readonly instances = new Map<string, Instance>();
  readonly volumes = new Map<string, Volume>();
  readonly images = new Map<string, Image>();
  readonly engine: DockerEngine;
  readonly networks: DockerNetworks;
  readonly ownerLabel: string;
  readonly options: SimulatorOptions;
  #addresses = 10;

  constructor(parts: Pick<Cloud, 'engine' | 'networks' | 'ownerLabel' | 'options'>) {
    this.engine = parts.engine;
    this.networks = parts.networks;
    this.ownerLabel = parts.ownerLabel;
    this.options = parts.options;
  }

  /** What every resource has. @param scope of its id: a region's or a zone's */
  fresh(name: string | undefined, scope: 'r006' | '0717' = 'r006'): Resource {
    const id = `${scope}-${randomUUID()}`;
    return { id, name: name ?? `some-words-${id.slice(-8)}`, createdAt: new Date(), state: 'pending' };
  }

  /** Adds a resource, which is there in a moment. @param among those with which it must not share its name */
  add<Added extends Resource>(
    all: Map<string, Added>,
    resource: Added,
    among: (other: Added) => boolean = () => true,
  ): Added {
    const isTaken = [...all.values()].some((other) => other.name === resource.name && among(other));
    if (isTaken) throw new ApiError(400, 'validation_unique_failed', `Provided Name (${resource.name}) is not unique`);
    all.set(resource.id, resource);
    setTimeout(() => {
      if (resource.state === 'pending') resource.state = 'available';
    }, MOMENT_MS).unref();
    return resource;
  }

  /** One that is named by a path, or by a body. @throws ApiError */
  get<Found extends Resource>(all: ReadonlyMap<string, Found>, what: string, id: string | undefined): Found {
    const found = all.get(id ?? '');
    if (found === undefined) throw notFound(what, String(id));
    return found;
  }

  /** Takes it away, in a moment. */
  drop<Dropped extends Resource>(all: Map<string, Dropped>, resource: Dropped): void {
    resource.state = 'deleting';
    setTimeout(() => all.delete(resource.id), MOMENT_MS).unref();
  }

  /** An address outside that nobody has had. */
  nextAddress(): string {
    this.#addresses++;
    return `${this.networks.outside.prefix}.${Math.floor(this.#addresses / 256)}.${this.#addresses % 256}`;
  }
}

export function inUse(message: string): ApiError {
  return new ApiError(409, 'resource_in_use', message);
}

/** How one resource tells of another. */
export function reference({ id, name }: Pick<Resource, 'id' | 'name'>, path: string): object {
  return { id, name, href: hrefOf(path, id), crn: `crn:v1:bluemix:public:is:${REGION}:a/123456::${path}:${id}` };
}

export function hrefOf(path: string, id: string): string {
  return `https://${REGION}.iaas.cloud.ibm.com/v1/${path}/${id}`;
}

export function zoneReference(name: string): object {
  return { name, href: `https://${REGION}.iaas.cloud.ibm.com/v1/regions/${REGION}/zones/${name}` };
}

/** @throws ApiError */
export function checkZone(name: string): void {
  if (!ZONES.includes(name)) throw new ApiError(400, 'invalid_zone', `The zone ${name} is not of region ${REGION}`);
}
