import type { Vm, VmCallOptions, VmLabels, VmProvider, VmSpec } from '@lithops/standalone';
import { until } from '@lithops/standalone/plugin';
import { telling, VpcApiError } from './api/api-error.ts';
import { VpcClient } from './api/vpc-client.ts';
import type { Instance } from './api/vpc-resources.ts';
import { InstancePower } from './instances/instance-power.ts';
import { InstanceProfiles } from './instances/instance-profiles.ts';
import { instancePrototype } from './instances/instance-prototype.ts';
import { InstanceRegister } from './instances/instance-register.ts';
import type { InstanceTags } from './instances/instance-tags.ts';
import { cleanNetwork } from './network/clean-network.ts';
import { FloatingIps } from './network/floating-ips.ts';
import { VpcNetwork } from './network/vpc-network.ts';
import type { ProviderSettings } from './provider-settings.ts';
import { VpcImages } from './vpc-images.ts';

/** Virtual server instances of IBM Cloud VPC, and the network that they need. */
export class IbmVpcProvider implements VmProvider {
  readonly name = 'ibm_vpc';
  readonly images: VpcImages;
  readonly #settings: ProviderSettings;
  readonly #client: VpcClient;
  readonly #network: VpcNetwork;
  readonly #addresses: FloatingIps;
  readonly #register: InstanceRegister;
  readonly #power: InstancePower;
  readonly #profiles: InstanceProfiles;
  readonly #closing = new AbortController();
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
    this.#power = new InstancePower(this.#client, this.#register);
    this.#profiles = new InstanceProfiles(this.#client);
    this.images = new VpcImages(this.#client, settings.resourceGroup);
  }

  async create(spec: VmSpec, { signal }: VmCallOptions): Promise<Vm | undefined> {
    return telling(`make machine ${spec.name}`, async () => {
      const instance = await this.#make(spec, signal);
      return instance && (await this.#complete(instance, spec, signal));
    });
  }

  async list(labels: VmLabels, { signal }: VmCallOptions): Promise<readonly Vm[]> {
    return telling('list machines', async () => {
      const vpcId = await this.#network.find(signal);
      if (vpcId === undefined) return [];
      const all = await this.#client.list<Instance>('/instances', { signal, query: { 'vpc.id': vpcId } });
      const instances = all.filter(({ status }) => status !== 'deleting');
      const register = await this.#register.read(instances, signal);
      const found = await Promise.all(
        instances.map((each) => this.#listed(each, register.get(each.id), labels, signal)),
      );
      return found.filter((vm) => vm !== undefined);
    });
  }

  async start(id: string, { signal }: VmCallOptions): Promise<void> {
    return telling(`start machine ${id}`, () => this.#power.start(id, signal));
  }

  async stop(id: string, { signal }: VmCallOptions): Promise<void> {
    return telling(`stop machine ${id}`, () => this.#power.stop(id, signal));
  }

  async delete(id: string, { signal }: VmCallOptions): Promise<void> {
    return telling(`delete machine ${id}`, async () => {
      await until(
        async () => {
          const instance = await this.#client.find<Instance>(`/instances/${id}`, { signal });
          if (instance === undefined) return true;
          if (instance.status !== 'deleting') await this.#remove(instance, signal);
          return undefined;
        },
        { signal },
      );
      this.#reached.delete(id);
    });
  }

  async cpus(instanceType: string, { signal }: VmCallOptions): Promise<number> {
    return telling(`find profile ${instanceType}`, async () => {
      return await this.#profiles.cpus(instanceType, signal);
    });
  }

  async clean({ signal }: VmCallOptions): Promise<readonly string[]> {
    return telling('clean up the network', async () => {
      await this.#settled();
      const vpcId = await this.#network.find(signal);
      if (vpcId !== undefined) await this.#untilNoneGoes(vpcId, signal);
      const { resourceGroup } = this.#settings;
      return await cleanNetwork({ client: this.#client, vpcId, resourceGroup, signal });
    }).finally(() => this.#network.forget());
  }

  /** Has a machine run that somebody else has made. @throws ConfigError, InvocationError */
  async startExisting(id: string, signal: AbortSignal): Promise<void> {
    return telling(`start machine ${id}`, () => this.#power.startExisting(id, signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#settled();
    this.#closing.abort(new Error('the executor was closed'));
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#going.values());
  }

  /** A machine that is on its way out is in the network as long as it is there. */
  async #untilNoneGoes(vpcId: string, signal: AbortSignal): Promise<void> {
    await until(
      async () => {
        const left = await this.#client.list<Instance>('/instances', { signal, query: { 'vpc.id': vpcId } });
        return left.every(({ status }) => status !== 'deleting') || undefined;
      },
      { signal },
    );
  }

  /** Undefined when the name is taken. */
  async #make(spec: VmSpec, signal: AbortSignal): Promise<Instance | undefined> {
    const architecture = await this.#profiles.architecture(spec.instanceType, signal);
    const image =
      spec.image === undefined
        ? await this.images.findDefault(architecture, this.#closing.signal)
        : await this.images.find(spec.image, signal);
    for (let tries = 1; ; tries++) {
      const network = await abortable(this.#network.ensure(), signal);
      try {
        const prototype = instancePrototype(spec, image, network, this.#settings);
        return await this.#client.post<Instance>('/instances', prototype, { signal });
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

  /** Gives it an address, and waits until others see whose it is. Nothing stays of what cannot be completed. */
  async #complete(made: Instance, spec: VmSpec, signal: AbortSignal): Promise<Vm> {
    try {
      if (spec.reachedBy === 'client') this.#reached.set(made.id, await this.#addresses.bind(made, signal));
      const instance = await this.#power.until(
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

  async #isThere(name: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#client.list('/instances', { signal, query: { name } })).length > 0;
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
