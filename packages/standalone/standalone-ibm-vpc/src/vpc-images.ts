import { ConfigError, InvocationError, RuntimeNotFoundError } from '@lithops/core/plugin';
import type { VmCallOptions, VmImage, VmImages } from '@lithops/standalone';
import { until } from '@lithops/standalone/plugin';
import { telling, VpcApiError } from './api/api-error.ts';
import type { VpcClient } from './api/vpc-client.ts';
import type { Image, Instance } from './api/vpc-resources.ts';

/** What the names of boot volumes begin with: images tell what they were made from. */
export const BOOT_VOLUME = 'lithops-boot-';

const DEFAULT_SYSTEM = 'ubuntu-24-04';

/** Images of machines that were made by this provider, and those of IBM. */
export class VpcImages implements VmImages {
  readonly #client: VpcClient;
  readonly #resourceGroup: { readonly id: string } | undefined;
  readonly #defaults = new Map<string, Promise<string>>();

  constructor(client: VpcClient, resourceGroup: { readonly id: string } | undefined) {
    this.#client = client;
    this.#resourceGroup = resourceGroup;
  }

  async capture(id: string, name: string, { signal }: VmCallOptions): Promise<VmImage> {
    return telling(`make image ${name}`, async () => {
      const { status, boot_volume_attachment } = await this.#client.get<Instance>(`/instances/${id}`, { signal });
      const { volume } = boot_volume_attachment;
      if (status !== 'stopped' || volume === undefined)
        throw new ConfigError(`the machine is ${status}; it has to be stopped for an image ${name}`);
      const made = await this.#make(name, volume.id, signal);
      return await this.#whenAvailable(made, signal);
    });
  }

  async list({ signal }: VmCallOptions): Promise<readonly VmImage[]> {
    return telling('list images', async () => {
      return (await this.#own(signal)).map(toVmImage);
    });
  }

  async delete(name: string, { signal }: VmCallOptions): Promise<void> {
    return telling(`delete image ${name}`, async () => {
      const found = (await this.#own(signal)).find((image) => image.name === name);
      if (found === undefined) throw new RuntimeNotFoundError(`there is no image ${name} that was made by Lithops`);
      await this.#remove(found.id, signal);
    });
  }

  /** Id of an image by its name or id. @throws ConfigError when there is none */
  async find(wanted: string, signal: AbortSignal): Promise<string> {
    const isId = /^[a-z0-9]{4}-[0-9a-f]{8}-[0-9a-f-]{27}$/.test(wanted);
    const found = isId
      ? await this.#client.find<Image>(`/images/${wanted}`, { signal })
      : (await this.#client.list<Image>('/images', { signal, query: { name: wanted } }))[0];
    if (found === undefined)
      throw new ConfigError(`there is no image ${wanted} (image_id)`, {
        hint: 'lithops image list tells those made by Lithops, `ibmcloud is images` all',
      });
    return found.id;
  }

  /** Id of the newest image of IBM that we know how to work with. @throws ConfigError when there is none */
  findDefault(architecture: string, signal: AbortSignal): Promise<string> {
    const known = this.#defaults.get(architecture);
    if (known !== undefined) return known;
    const finding = this.#findDefault(architecture, signal);
    this.#defaults.set(architecture, finding);
    finding.catch(() => this.#defaults.delete(architecture));
    return finding;
  }

  async #findDefault(architecture: string, signal: AbortSignal): Promise<string> {
    const images = await this.#client.list<Image>('/images', { signal, query: { visibility: 'public' } });
    const [newest] = images
      .filter(({ status, operating_system: system }) => {
        const isKnown = system?.name.startsWith(DEFAULT_SYSTEM) === true && system.architecture === architecture;
        return isKnown && status === 'available';
      })
      .toSorted((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at));
    if (newest === undefined)
      throw new ConfigError(`IBM Cloud has no image of ${DEFAULT_SYSTEM} for ${architecture} here`, {
        hint: 'name one: image_id in section ibm_vpc; `ibmcloud is images` tells which there are',
      });
    return newest.id;
  }

  async #own(signal: AbortSignal): Promise<readonly Image[]> {
    const images = await this.#client.list<Image>('/images', { signal, query: { visibility: 'private' } });
    return images.filter(
      ({ source_volume: volume, status }) => volume?.name.startsWith(BOOT_VOLUME) === true && status !== 'deleting',
    );
  }

  async #make(name: string, volume: string, signal: AbortSignal): Promise<Image> {
    const group = this.#resourceGroup;
    const body = { name, source_volume: { id: volume }, ...(group !== undefined && { resource_group: group }) };
    try {
      return await this.#client.post<Image>('/images', body, { signal });
    } catch (error) {
      if (error instanceof VpcApiError && error.isTaken)
        throw new ConfigError(`there is an image ${name} already`, { cause: error });
      throw error;
    }
  }

  /** One of which nothing comes is deleted. */
  async #whenAvailable({ id, name }: Image, signal: AbortSignal): Promise<VmImage> {
    try {
      return await until(
        async () => {
          const image = await this.#client.get<Image>(`/images/${id}`, { signal });
          if (image.status === 'available') return toVmImage(image);
          if (image.status === 'pending') return undefined;
          const reasons = (image.status_reasons ?? []).map(({ message }) => message).join('; ');
          throw new InvocationError(`IBM Cloud could not make image ${name}: it is ${image.status}. ${reasons}`.trim());
        },
        { signal },
      );
    } catch (error) {
      await this.#client.remove(`/images/${id}`, { signal: new AbortController().signal }).catch(() => {}); // the error says more
      throw error;
    }
  }

  async #remove(id: string, signal: AbortSignal): Promise<void> {
    await this.#client.remove(`/images/${id}`, { signal });
    const isGone = async () => (await this.#client.find(`/images/${id}`, { signal })) === undefined || undefined;
    await until(isGone, { signal });
  }
}

function toVmImage({ id, name, created_at }: Image): VmImage {
  return { id, name, createdAt: new Date(created_at) };
}
