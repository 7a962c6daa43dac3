import { ConfigError } from '@lithops/core/plugin';
import type { VpcClient } from '../api/vpc-client.ts';
import type { InstanceProfile } from '../api/vpc-resources.ts';

/** Types of machines, as IBM has them; each asked for once. */
export class InstanceProfiles {
  readonly #client: VpcClient;
  readonly #known = new Map<string, InstanceProfile>();

  constructor(client: VpcClient) {
    this.#client = client;
  }

  async cpus(name: string, signal: AbortSignal): Promise<number> {
    const { vcpu_count: count } = await this.#find(name, signal);
    return count.value ?? count.min ?? 1;
  }

  /** `amd64` or `s390x`. */
  async architecture(name: string, signal: AbortSignal): Promise<string> {
    const { vcpu_architecture: architecture } = await this.#find(name, signal);
    return architecture.value ?? architecture.default ?? 'amd64';
  }

  /** @throws ConfigError when there is none */
  async #find(name: string, signal: AbortSignal): Promise<InstanceProfile> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const path = `/instance/profiles/${encodeURIComponent(name)}`;
    const found = await this.#client.find<InstanceProfile>(path, { signal });
    if (found === undefined)
      throw new ConfigError(`IBM Cloud has no profile ${name} here (master_profile_name, worker_profile_name)`, {
        hint: '`ibmcloud is instance-profiles` tells which there are',
      });
    this.#known.set(name, found);
    return found;
  }
}
