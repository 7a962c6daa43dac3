import type { Invocation, ShippedModule } from '@lithops/worker';
import { encodeStoredInvocation } from '@lithops/worker/protocol';
import type { InvocationReferences } from '../plugin/compute-plugin.ts';
import { jobPrefix, sentKey, stopsKey } from '../storage/job-keys.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';
import { StopList } from './stop-list.ts';
import { StoredModules } from './stored-modules.ts';

export interface StorageReferencesOptions {
  readonly store: StorageJobStore;
  /** Hashes of modules that are in storage already. */
  readonly modules: Set<string>;
  /** Told that there are objects of this job. */
  readonly used: (prefix: string) => void;
}

/** What invocations of an executor have in storage because they could not take it along. */
export class StorageReferences {
  readonly #options: StorageReferencesOptions;
  readonly #modules: StoredModules;
  /** By the prefixes of their jobs. */
  readonly #stops = new Map<string, StopList>();

  constructor(options: StorageReferencesOptions) {
    this.#options = options;
    this.#modules = new StoredModules(options.store, options.modules);
  }

  of(invocation: Invocation, module: ShippedModule): InvocationReferences {
    const { store, used } = this.#options;
    const { id, executorId, jobId } = invocation;
    const prefix = jobPrefix(executorId, jobId);
    let written: Promise<string> | undefined;
    return {
      module: () => {
        used(prefix);
        return this.#modules.keyOf(executorId, module);
      },
      invocation: () => {
        used(prefix);
        written ??= writeInvocation(store, sentKey(prefix, id), invocation);
        return written;
      },
      stops: async () => {
        const key = await this.#stopsOf(prefix).written();
        used(prefix);
        return key;
      },
      // It ends by itself at its time limit.
      stop: () =>
        this.#stopsOf(prefix)
          .add(id)
          .catch(() => {}),
    };
  }

  #stopsOf(prefix: string): StopList {
    const known = this.#stops.get(prefix);
    if (known !== undefined) return known;
    const stops = new StopList(this.#options.store, stopsKey(prefix));
    this.#stops.set(prefix, stops);
    return stops;
  }
}

async function writeInvocation(store: StorageJobStore, key: string, invocation: Invocation): Promise<string> {
  // What opens storages goes with the request, never into storage.
  const { task: _, ...rest } = invocation;
  await store.put(key, encodeStoredInvocation(rest), { durable: true });
  return key;
}
