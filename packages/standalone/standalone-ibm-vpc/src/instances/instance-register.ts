import { setTimeout as delay } from 'node:timers/promises';
import { VpcApiError } from '../api/api-error.ts';
import type { VpcClient } from '../api/vpc-client.ts';
import type { Instance, Volume } from '../api/vpc-resources.ts';
import { type InstanceTags, parseTags, withKept } from './instance-tags.ts';

/** Beyond so many the whole list of volumes is asked for. */
const MOST_SINGLE = 8;
const MOST_TRIES = 10;

/** What the boot volumes of machines tell, asked for once: it does not change, but for being kept. */
export class InstanceRegister {
  readonly #client: VpcClient;
  readonly #known = new Map<string, InstanceTags | 'not ours'>();

  constructor(client: VpcClient) {
    this.#client = client;
  }

  /** Those that are ours, by id; of a machine that is just being made nothing is known yet. */
  async read(instances: readonly Instance[], signal: AbortSignal): Promise<ReadonlyMap<string, InstanceTags>> {
    const open = instances.filter(({ id, boot_volume_attachment: { volume } }) => volume && !this.#known.has(id));
    const volumes = await this.#volumes(open, signal);
    for (const { id, boot_volume_attachment } of open) {
      const volume = volumes.get(boot_volume_attachment.volume?.id ?? '');
      if (volume !== undefined) this.#known.set(id, parseTags(volume.user_tags ?? []) ?? 'not ours');
    }
    const found = new Map<string, InstanceTags>();
    for (const { id } of instances) {
      const tags = this.#known.get(id);
      if (tags !== undefined && tags !== 'not ours') found.set(id, tags);
    }
    return found;
  }

  /** Whether it was turned off by somebody who keeps it, as it is now. */
  async isKept({ boot_volume_attachment: { volume } }: Instance, signal: AbortSignal): Promise<boolean> {
    if (volume === undefined) return true;
    const found = await this.#client.find<Volume>(`/volumes/${volume.id}`, { signal });
    return parseTags(found?.user_tags ?? [])?.isKept !== false;
  }

  /** Has everybody know that a machine is off because it is to be. */
  async keep({ boot_volume_attachment: { volume } }: Instance, isKept: boolean, signal: AbortSignal): Promise<void> {
    if (volume === undefined) return;
    for (let tries = 1; ; tries++) {
      const path = `/volumes/${volume.id}`;
      const { result, etag } = await this.#client.request<Volume>('GET', path, { signal });
      const before = result.user_tags ?? [];
      const user_tags = withKept(before, isKept);
      if (user_tags.length === before.length) return;
      try {
        await this.#client.request('PATCH', path, { signal, body: { user_tags }, ...(etag && { ifMatch: etag }) });
        return;
      } catch (error) {
        // Somebody else has changed it meanwhile.
        if (!(error instanceof VpcApiError) || error.status !== 412 || tries === MOST_TRIES) throw error;
        await delay(100 * Math.random(), undefined, { signal });
      }
    }
  }

  async #volumes(instances: readonly Instance[], signal: AbortSignal): Promise<ReadonlyMap<string, Volume>> {
    const ids = instances.flatMap(({ boot_volume_attachment: { volume } }) => volume?.id ?? []);
    const found =
      ids.length > MOST_SINGLE
        ? await this.#client.list<Volume>('/volumes', { signal })
        : await Promise.all(ids.map((id) => this.#client.find<Volume>(`/volumes/${id}`, { signal })));
    return new Map(found.flatMap((volume) => (volume === undefined ? [] : [[volume.id, volume]])));
  }
}
