import type { ShippedModule } from '@lithops/worker';
import { EncodedValues, encodeValue, type StoredValue, ValueBatch } from '@lithops/worker/values';
import type { Call } from '../future/call.ts';
import type { PluginLogger } from '../plugin/compute-plugin.ts';
import { EncodedItem } from './encoded-item.ts';
import type { Job } from './job.ts';

/** What the keys of all cached results begin with. */
export const CACHE_PREFIX = 'lithops.cache/';

/** Whether a call's result is kept for later runs: by its encoded arguments, or by a text that the user makes from the item. */
export type CacheOption = true | ((item: never) => string);

export interface CacheStore {
  find(key: string): Promise<Uint8Array | undefined>;
  put(key: string, body: Uint8Array): Promise<unknown>;
  read(stored: StoredValue): Promise<Uint8Array>;
}

const LOOKUPS_AT_ONCE = 64;

/**
 * Results by what they were computed from: the function with all it has captured, its arguments and environment. A call
 * whose result is there is not run; results of calls that succeed are added.
 */
export class ResultCache {
  readonly #store: CacheStore;
  readonly #logger: PluginLogger;
  /** By their keys: what is being written is waited for. */
  readonly #writes = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #lookups = 0;

  constructor(store: CacheStore, logger: PluginLogger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** Settles a call with its cached result, or hands it to `run` and adds what it gives. `item` is what the user passed. */
  async look(job: Job, call: Call, itemKey: string | undefined, run: () => void): Promise<void> {
    const address = await this.#address(job, call, itemKey);
    const found = address === undefined ? undefined : await this.#find(address);
    if (found !== undefined) {
      call.succeedCached(new EncodedValues(found), 0);
      return;
    }
    if (address !== undefined)
      call.onDone(() => {
        if (call.state === 'success') this.#keep(address, call);
      });
    run();
  }

  /** Resolves when every result is written. */
  async flush(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes.values());
  }

  async #address(job: Job, call: Call, itemKey: string | undefined): Promise<string | undefined> {
    let module: ShippedModule;
    try {
      module = await job.module();
    } catch {
      return undefined; // the call fails with it when it is to be sent
    }
    // Loaded here, for it takes as long as a good part of this package, and few jobs have a cache.
    const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
    const parts = [
      itemKey === undefined ? bytesOf(call.item) : `key ${itemKey}`,
      job.extraArgs ?? '',
      JSON.stringify(job.options.env ?? {}),
    ];
    for (const part of parts) hash.update(`${part.length} `).update(part);
    return `${CACHE_PREFIX}${module.hash}/${hash.digest('hex')}`;
  }

  async #find(key: string): Promise<Uint8Array | undefined> {
    if (this.#lookups >= LOOKUPS_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#lookups++;
    try {
      await this.#writes.get(key);
      return await this.#store.find(key);
    } catch (error) {
      this.#logger.warn(`the result cache could not be read, so the call is run: ${String(error)}`);
      return undefined;
    } finally {
      this.#lookups--;
      this.#waiting.shift()?.();
    }
  }

  #keep(key: string, call: Call): void {
    const write = this.#batchOf(call)
      .then((bytes) => this.#store.put(key, bytes))
      .then(
        () => {},
        (error: unknown) => this.#logger.warn(`a result could not be added to the cache: ${String(error)}`),
      )
      .finally(() => this.#writes.delete(key));
    this.#writes.set(key, write);
  }

  async #batchOf(call: Call): Promise<Uint8Array> {
    const batch = new ValueBatch();
    const { stored, encoded } = call;
    if (stored !== undefined) batch.addEncoded(await this.#store.read(stored));
    else if (encoded !== undefined) batch.addEncoded(encoded);
    else batch.add(call.value());
    return batch.finish();
  }
}

/** The text that the user's function makes from an item. @throws what it throws; TypeError when it gives no text. */
export function itemKey(option: Exclude<CacheOption, true>, item: unknown): string {
  const key: unknown = option(item as never); // the user's word that it takes the items
  if (typeof key === 'string') return key;
  throw new TypeError(`the function given as cache gives a text for each item, not ${typeof key}`);
}

function bytesOf(item: unknown): Uint8Array {
  return item instanceof EncodedItem ? item.bytes : encodeValue(item);
}
