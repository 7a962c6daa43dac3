import { randomBytes } from 'node:crypto';
import { ConfigError, InvocationError } from '@lithops/core/plugin';
import type { Vm, VmCallOptions, VmLabels, VmProvider, VmSpec } from '@lithops/standalone';
import { told, VpcApiError } from './api/api-error.ts';
import { VpcClient } from './api/vpc-client.ts';
import type { Instance, InstanceProfile } from './api/vpc-resources.ts';
import { InstanceRegister } from './instance-register.ts';
import { type InstanceTags, tagsOf } from './instance-tags.ts';
import { cleanNetwork } from './network/clean-network.ts';
import { FloatingIps } from './network/floating-ips.ts';
import { VpcNetwork } from './network/vpc-network.ts';
import type { ProviderSettings } from './provider-settings.ts';
import { until } from './until.ts';
import { BOOT_VOLUME, VpcImages } from './vpc-images.ts';

/** When a machine that was asked to turn itself off has not, its power is cut, in ms. */
const POLITE_STOP_MS = 60_000;

/** Virtual server instances of IBM Cloud VPC, and the network that they need. */
export class IbmVpcProvider implements VmProvider {
  readonly name = 'ibm_vpc';
  readonly images: VpcImages;
  readonly #settings: ProviderSettings;
  readonly #client: VpcClient;
  readonly #network: VpcNetwork;
  readonly #addresses: FloatingIps;
  readonly #register: InstanceRegister;
  readonly #closing = new AbortController();
  readonly #profiles = new Map<string, InstanceProfile>();
  /** Addresses by which machines are reached; a machine keeps its own. */
  readonly #reached = new Map<string, string>();
  /** Machines that have turned themselves off, and are being deleted. */
  readonly #going = new Map<string, Promise<void>>();

  constructor(settings: ProviderSettings) {
    this.#settings = settings;
    this.#client = new VpcClient(settings);
    this.#network = new VpcNetwork(this.#client, settings, this.#closing.signal);
    this.#addresses = new FloatingIps(this.#client, settings);
    this.#register = new InstanceRegister(this.#client);
    this.images = new VpcImages(this.#client, settings.resourceGroup);
  }

  async create(spec: VmSpec, { signal }: VmCallOptions): Promise<Vm | undefined> {
    try {
      const instance = await this.#make(spec, signal);
      return instance && (await this.#complete(instance, spec, signal));
    } catch (error) {
      throw told(`make machine ${spec.name}`, error);
    }
  }

  async list(labels: VmLabels, { signal }: VmCallOptions): Promise<readonly Vm[]> {
    try {
      const vpcId = await this.#network.find(signal);
      if (vpcId === undefined) return [];
      const all = await this.#client.list<Instance>('/instances', { signal, query: { 'vpc.id': vpcId } });
      const instances = all.filter(({ status }) => status !== 'deleting');
      const register = await this.#register.read(instances, signal);
      const found = await Promise.all(
        instances.map((each) => this.#listed(each, register.get(each.id), labels, signal)),
      );
      return found.filter((vm) => vm !== undefined);
    } catch (error) {
      throw told('list machines', error);
    }
  }

  async start(id: string, { signal }: VmCallOptions): Promise<void> {
    try {
      const instance = await this.#client.get<Instance>(`/instances/${id}`, { signal });
      if (instance.status === 'stopped' || instance.status === 'failed') {
        await this.#client.post(`/instances/${id}/actions`, { type: 'start' }, { signal });
        // As long as it is off, others see that it is to be kept.
        await this.#until(id, ({ status }) => status !== 'stopped', signal);
      }
      await this.#register.keep(instance, false, signal);
    } catch (error) {
      throw told(`start machine ${id}`, error);
    }
  }

  async stop(id: string, { signal }: VmCallOptions): Promise<void> {
    try {
      const instance = await this.#client.get<Instance>(`/instances/${id}`, { signal });
      await this.#register.keep(instance, true, signal);
      if (instance.status === 'stopped') return;
      await this.#client.post(`/instances/${id}/actions`, { type: 'stop' }, { signal });
      const patience = AbortSignal.any([signal, AbortSignal.timeout(POLITE_STOP_MS)]);
      const isOff = ({ status }: Instance) => status === 'stopped';
      await this.#until(id, isOff, patience).catch(async (error: unknown) => {
        signal.throwIfAborted();
        if (!patience.aborted) throw error;
        await this.#client.post(`/instances/${id}/actions`, { type: 'stop', force: true }, { signal });
        await this.#until(id, isOff, signal);
      });
    } catch (error) {
      throw told(`stop machine ${id}`, error);
    }
  }

  async delete(id: string, { signal }: VmCallOptions): Promise<void> {
    try {
      await until(async () => {
        const instance = await this.#client.find<Instance>(`/instances/${id}`, { signal });
        if (instance === undefined) return true;
        if (instance.status !== 'deleting') await this.#remove(instance, signal);
        return undefined;
      }, signal);
      this.#reached.delete(id);
    } catch (error) {
      throw told(`delete machine ${id}`, error);
    }
  }

  async cpus(instanceType: string, { signal }: VmCallOptions): Promise<number> {
    try {
      const { vcpu_count: count } = await this.#profile(instanceType, signal);
      return count.value ?? count.min ?? 1;
    } catch (error) {
      throw told(`find profile ${instanceType}`, error);
    }
  }

  async clean({ signal }: VmCallOptions): Promise<readonly string[]> {
    try {
      await this.#settled();
      const vpcId = await this.#network.find(signal);
      const { resourceGroup } = this.#settings;
      return await cleanNetwork({ client: this.#client, vpcId, resourceGroup, signal });
    } catch (error) {
      throw told('clean up the network', error);
    } finally {
      this.#network.forget();
    }
  }

  /** Where a machine that is there is reached from outside; started, if it is off. @throws ConfigError, InvocationError */
  async startExisting(id: string, signal: AbortSignal): Promise<void> {
    try {
      const instance = await this.#client.find<Instance>(`/instances/${encodeURIComponent(id)}`, { signal });
      if (instance === undefined) throw new ConfigError(`there is no machine ${id} (instance_id)`);
      if (instance.status === 'running') return;
      if (instance.status === 'stopped')
        await this.#client.post(`/instances/${id}/actions`, { type: 'start' }, { signal });
      await this.#until(id, ({ status }) => status === 'running', signal);
    } catch (error) {
      throw told(`start machine ${id}`, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#settled();
    this.#closing.abort(new Error('the executor was closed'));
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#going.values());
  }

  /** Undefined when the name is taken. */
  async #make(spec: VmSpec, signal: AbortSignal): Promise<Instance | undefined> {
    const profile = await this.#profile(spec.instanceType, signal);
    const architecture = profile.vcpu_architecture.value ?? profile.vcpu_architecture.default ?? 'amd64';
    const image =
      spec.image === undefined
        ? await this.images.findDefault(architecture, this.#closing.signal)
        : await this.images.find(spec.image, signal);
    for (let tries = 1; ; tries++) {
      const network = await abortable(this.#network.ensure(), signal);
      try {
        return await this.#client.post<Instance>('/instances', this.#prototype(spec, image, network), { signal });
      } catch (error) {
        if (!(error instanceof VpcApiError)) throw error;
        if (error.isConflict && (await this.#isThere(spec.name, signal))) return undefined;
        const mayBeGone = error.isMissing || error.isConflict;
        if (!mayBeGone || tries > 1) throw error;
        // Somebody may have cleaned up meanwhile: the network is looked for anew, and made.
        this.#network.forget();
      }
    }
  }

  #prototype(spec: VmSpec, image: string, network: Awaited<ReturnType<VpcNetwork['ensure']>>): object {
    const { resourceGroup, sshKeyId, bootVolume } = this.#settings;
    return {
      name: spec.name,
      vpc: { id: network.vpcId },
      zone: { name: network.zone },
      profile: { name: spec.instanceType },
      image: { id: image },
      user_data: spec.userData,
      boot_volume_attachment: {
        delete_volume_on_instance_delete: true,
        volume: {
          name: `${BOOT_VOLUME}${randomBytes(8).toString('hex')}`,
          profile: { name: bootVolume.profile },
          ...(bootVolume.capacity !== undefined && { capacity: bootVolume.capacity }),
          user_tags: tagsOf(spec),
        },
      },
      primary_network_interface: {
        name: 'eth0',
        subnet: { id: network.subnetId },
        security_groups: [{ id: network.securityGroupId }],
      },
      ...(sshKeyId !== undefined && { keys: [{ id: sshKeyId }] }),
      ...(resourceGroup !== undefined && { resource_group: resourceGroup }),
    };
  }

  /** Gives it an address, and waits until others see whose it is. Nothing stays of what cannot be completed. */
  async #complete(made: Instance, spec: VmSpec, signal: AbortSignal): Promise<Vm> {
    try {
      if (spec.reachedBy === 'client') this.#reached.set(made.id, await this.#addresses.bind(made, signal));
      const instance = await this.#until(
        made.id,
        ({ boot_volume_attachment: { volume } }) => volume !== undefined,
        signal,
      );
      const { labels, onPowerOff, reachedBy } = spec;
      return this.#vm(instance, { labels, onPowerOff, reachedBy, isKept: false });
    } catch (error) {
      const { signal: own } = new AbortController();
      await this.#remove(made, own).catch(() => {}); // the first error says more; the machine turns itself off
      throw error;
    }
  }

  async #listed(
    instance: Instance,
    tags: InstanceTags | undefined,
    labels: VmLabels,
    signal: AbortSignal,
  ): Promise<Vm | undefined> {
    if (tags === undefined || this.#going.has(instance.id)) return undefined;
    if (instance.status === 'stopped' && tags.onPowerOff === 'delete' && (await this.#hasGone(instance, signal))) {
      this.#sweep(instance);
      return undefined;
    }
    if (!Object.entries(labels).every(([name, value]) => tags.labels[name] === value)) return undefined;
    if (tags.reachedBy === 'client' && !this.#reached.has(instance.id)) {
      const [address] = await this.#addresses.addressesOf(instance, signal);
      if (address !== undefined) this.#reached.set(instance.id, address.address);
    }
    return this.#vm(instance, tags);
  }

  /** Whether it has turned itself off, and nobody has it start again just now. */
  async #hasGone(instance: Instance, signal: AbortSignal): Promise<boolean> {
    if (await this.#register.isKept(instance, signal)) return false;
    return (await this.#client.find<Instance>(`/instances/${instance.id}`, { signal }))?.status === 'stopped';
  }

  /** What the cloud does not do by itself: a machine that is off for good is deleted, by whoever sees it. */
  #sweep(instance: Instance): void {
    const { signal } = new AbortController();
    const going = this.#remove(instance, signal)
      .catch(() => {}) // the next who looks tries again
      .finally(() => this.#going.delete(instance.id));
    this.#going.set(instance.id, going);
  }

  /** Its address first: without the machine nobody would know whose it was. */
  async #remove(instance: Instance, signal: AbortSignal): Promise<void> {
    await this.#addresses.release(instance, signal);
    try {
      await this.#client.remove(`/instances/${instance.id}`, { signal });
    } catch (error) {
      // It is on its way from one state to another, perhaps to its end: whoever waits asks again.
      if (!(error instanceof VpcApiError) || !error.isConflict) throw error;
    }
  }

  async #until(id: string, isSo: (instance: Instance) => boolean, signal: AbortSignal): Promise<Instance> {
    return until(async () => {
      const instance = await this.#client.get<Instance>(`/instances/${id}`, { signal });
      if (isSo(instance)) return instance;
      if (instance.status !== 'failed') return undefined;
      const reasons = (instance.status_reasons ?? []).map(({ code, message }) => `${code}: ${message}`).join('; ');
      throw new InvocationError(`IBM Cloud could not bring up machine ${instance.name}: ${reasons || 'it has failed'}`);
    }, signal);
  }

  async #isThere(name: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#client.list('/instances', { signal, query: { name } })).length > 0;
  }

  async #profile(name: string, signal: AbortSignal): Promise<InstanceProfile> {
    const known = this.#profiles.get(name);
    if (known !== undefined) return known;
    const path = `/instance/profiles/${encodeURIComponent(name)}`;
    const found = await this.#client.find<InstanceProfile>(path, { signal });
    if (found === undefined)
      throw new ConfigError(`IBM Cloud has no profile ${name} here (master_profile_name, worker_profile_name)`, {
        hint: '`ibmcloud is instance-profiles` tells which there are',
      });
    this.#profiles.set(name, found);
    return found;
  }

  #vm(instance: Instance, { labels }: InstanceTags): Vm {
    const { id, name, status, created_at, primary_network_interface } = instance;
    const inside = primary_network_interface.primary_ip?.address;
    const outside = this.#reached.get(id);
    return {
      id,
      name,
      labels,
      state: STATES[status] ?? 'starting',
      createdAt: new Date(created_at),
      addresses: {
        ...(outside !== undefined && { client: outside }),
        ...(inside !== undefined && inside !== '0.0.0.0' && { machines: inside }),
      },
    };
  }
}

/** One that has failed is off: whoever needs it has it deleted, or started. */
const STATES: Readonly<Record<string, Vm['state']>> = {
  pending: 'starting',
  starting: 'starting',
  restarting: 'starting',
  running: 'running',
  stopping: 'stopping',
  stopped: 'stopped',
  failed: 'stopped',
};

/** What goes on for several callers goes on, when one of them does not wait any more. */
function abortable<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
