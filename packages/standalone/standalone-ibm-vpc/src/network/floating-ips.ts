import { createHash } from 'node:crypto';
import { ConfigError, InvocationError } from '@lithops/core/plugin';
import { VpcApiError } from '../api/api-error.ts';
import type { VpcClient } from '../api/vpc-client.ts';
import type { FloatingIp, Instance } from '../api/vpc-resources.ts';
import type { ProviderSettings } from '../provider-settings.ts';
import { MADE } from './made-names.ts';

/** What is needed of a machine to give it an address. */
export type Addressed = Pick<Instance, 'id' | 'name' | 'primary_network_interface'>;

/** The addresses by which machines are reached from outside: one that is named, or one for each machine, which goes with it. */
export class FloatingIps {
  readonly #client: VpcClient;
  readonly #settings: ProviderSettings;

  constructor(client: VpcClient, settings: ProviderSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** Gives a machine its address. @throws ConfigError, InvocationError, VpcApiError */
  async bind(instance: Addressed, signal: AbortSignal): Promise<string> {
    const { floatingIp } = this.#settings;
    return (
      floatingIp === undefined ? await this.#make(instance, signal) : await this.#named(floatingIp, instance, signal)
    ).address;
  }

  async addressesOf(instance: Addressed, signal: AbortSignal): Promise<readonly FloatingIp[]> {
    const found = await this.#client.find<{ readonly floating_ips: readonly FloatingIp[] }>(pathOf(instance), {
      signal,
    });
    return found?.floating_ips ?? [];
  }

  /** Lets go of what was made for a machine; what was named stays. */
  async release(instance: Addressed, signal: AbortSignal): Promise<void> {
    const made = (await this.addressesOf(instance, signal)).filter(({ name }) => MADE.isFloatingIp(name));
    await Promise.all(made.map(({ id }) => this.#client.remove(`/floating_ips/${id}`, { signal })));
  }

  async #make(instance: Addressed, signal: AbortSignal): Promise<FloatingIp> {
    const name = nameOf(instance);
    const { resourceGroup } = this.#settings;
    const body = {
      name,
      target: { id: instance.primary_network_interface.id },
      ...(resourceGroup !== undefined && { resource_group: resourceGroup }),
    };
    try {
      return await this.#client.post<FloatingIp>('/floating_ips', body, { signal });
    } catch (error) {
      if (!(error instanceof VpcApiError) || !error.isTaken) throw error;
      // Of a machine of that name that is gone.
      const left = (await this.#client.list<FloatingIp>('/floating_ips', { signal })).find(
        (each) => each.name === name,
      );
      if (left === undefined) throw error;
      return this.#attach(left, instance, signal);
    }
  }

  async #named(wanted: string, instance: Addressed, signal: AbortSignal): Promise<FloatingIp> {
    const all = await this.#client.list<FloatingIp>('/floating_ips', { signal });
    const found = all.find(({ id, address, name }) => [id, address, name].includes(wanted));
    if (found === undefined) throw new ConfigError(`there is no floating IP ${wanted} (floating_ip)`);
    return this.#attach(found, instance, signal);
  }

  async #attach(found: FloatingIp, instance: Addressed, signal: AbortSignal): Promise<FloatingIp> {
    const { target } = found;
    if (target !== undefined && target.id !== instance.primary_network_interface.id)
      throw new InvocationError(`floating IP ${found.address} (${found.name}) is in use by ${target.id}`, {
        hint: 'of several machines that are to be reached from outside one can have it; leave floating_ip out, and each gets one',
      });
    const { result } = await this.#client.request<FloatingIp>('PUT', `${pathOf(instance)}/${found.id}`, { signal });
    return result;
  }
}

function pathOf({ id, primary_network_interface: { id: nic } }: Addressed): string {
  return `/instances/${id}/network_interfaces/${nic}/floating_ips`;
}

/** That of the machine may be too long. */
function nameOf({ name }: Addressed): string {
  return `lithops-ip-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}
