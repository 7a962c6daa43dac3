import {
  defineStoragePlugin,
  type ObjectBody,
  type ObjectEntry,
  type ObjectStream,
  type StorageBackend,
  StorageError,
  type StorageFailure,
  type StoragePlugin,
} from '@lithops/core/plugin';

/** What goes wrong, and how often. What is counted is counted over all backends of the plugin. */
export interface StorageFaults {
  /** Every so many calls of a primitive one fails, before it has any effect. */
  readonly failEvery?: number;
  /** Why calls, streams and listings fail. Default: `unavailable`. */
  readonly reason?: StorageFailure;
  /** Every so many reads one breaks after so many bytes. */
  readonly breakReads?: { readonly every: number; readonly afterBytes: number };
  /** Every so many puts one breaks when so many bytes of its body were taken. */
  readonly breakPuts?: { readonly every: number; readonly afterBytes: number };
  /** Every so many listings one breaks after so many entries. */
  readonly breakListings?: { readonly every: number; readonly afterEntries: number };
}

/** How often it went wrong so far, and how often it was tried. */
export interface FaultCounts {
  calls: number;
  failedCalls: number;
  brokenReads: number;
  brokenPuts: number;
  brokenListings: number;
}

/** A storage plugin that fails on purpose, and says how often it did. */
export type FaultyStoragePlugin<Config> = StoragePlugin<Config> & { readonly counts: FaultCounts };

/** A plugin of the same name and storage as another, whose calls fail and whose streams break as told. For tests of what is built on storages. */
export function faultyStorage<Config>(
  plugin: StoragePlugin<Config>,
  faults: StorageFaults,
): FaultyStoragePlugin<Config> {
  const injector = new FaultInjector(faults);
  const definition = defineStoragePlugin<Config>({
    api: plugin.api,
    name: plugin.name,
    config: plugin.config,
    capabilities: (config) => plugin.capabilities(config),
    defaultBucket: (config) => plugin.defaultBucket(config),
    create: async (config, context) => faultyBackend(await plugin.create(config, context), injector),
  });
  return Object.assign(definition, { counts: injector.counts });
}

class FaultInjector {
  readonly counts: FaultCounts = { calls: 0, failedCalls: 0, brokenReads: 0, brokenPuts: 0, brokenListings: 0 };
  readonly #faults: StorageFaults;
  #reads = 0;
  #puts = 0;
  #listings = 0;

  constructor(faults: StorageFaults) {
    this.#faults = faults;
  }

  /** @throws StorageError when it is this call's turn. */
  call(what: string): void {
    if (++this.counts.calls % (this.#faults.failEvery ?? Number.POSITIVE_INFINITY) !== 0) return;
    this.counts.failedCalls++;
    throw this.#failure(`${what} failed on purpose`);
  }

  read(stream: ObjectStream): ObjectStream {
    const { every, afterBytes } = this.#faults.breakReads ?? NEVER_BYTES;
    if (++this.#reads % every !== 0) return stream;
    return {
      ...(stream.object !== undefined && { object: stream.object }),
      [Symbol.asyncIterator]: () => this.#cut(stream, afterBytes, 'brokenReads'),
    };
  }

  put(body: ObjectBody): ObjectBody {
    const { every, afterBytes } = this.#faults.breakPuts ?? NEVER_BYTES;
    if (++this.#puts % every !== 0) return body;
    return this.#cut(body instanceof Uint8Array ? asChunks(body) : body, afterBytes, 'brokenPuts');
  }

  async *list(entries: AsyncIterable<ObjectEntry>): AsyncGenerator<ObjectEntry, void, void> {
    const { every, afterEntries } = this.#faults.breakListings ?? { every: Number.POSITIVE_INFINITY, afterEntries: 0 };
    const breaks = ++this.#listings % every === 0;
    let left = afterEntries;
    for await (const entry of entries) {
      if (breaks && left-- === 0) {
        this.counts.brokenListings++;
        throw this.#failure('a listing broke on purpose');
      }
      yield entry;
    }
  }

  async *#cut(
    bytes: AsyncIterable<Uint8Array>,
    afterBytes: number,
    counted: 'brokenReads' | 'brokenPuts',
  ): AsyncGenerator<Uint8Array, void, void> {
    let left = afterBytes;
    for await (const chunk of bytes) {
      if (chunk.byteLength <= left) {
        left -= chunk.byteLength;
        yield chunk;
        continue;
      }
      if (left > 0) yield chunk.subarray(0, left);
      this.counts[counted]++;
      throw this.#failure('a transfer broke on purpose');
    }
  }

  #failure(message: string): StorageError {
    return new StorageError(message, { reason: this.#faults.reason ?? 'unavailable' });
  }
}

const NEVER_BYTES = { every: Number.POSITIVE_INFINITY, afterBytes: 0 };

async function* asChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes;
}

function faultyBackend(backend: StorageBackend, faults: FaultInjector): StorageBackend {
  return {
    async put(bucket, key, body, options) {
      faults.call(`put ${bucket}/${key}`);
      return backend.put(bucket, key, faults.put(body), options);
    },
    async get(bucket, key, options) {
      faults.call(`get ${bucket}/${key}`);
      return faults.read(await backend.get(bucket, key, options));
    },
    async head(bucket, key, options) {
      faults.call(`head ${bucket}/${key}`);
      return backend.head(bucket, key, options);
    },
    async delete(bucket, keys, options) {
      faults.call(`delete in ${bucket}`);
      await backend.delete(bucket, keys, options);
    },
    async *list(bucket, prefix, options) {
      faults.call(`list ${bucket}/${prefix}`);
      yield* faults.list(backend.list(bucket, prefix, options));
    },
    async createBucket(bucket, options) {
      faults.call(`create ${bucket}`);
      await backend.createBucket(bucket, options);
    },
    async headBucket(bucket, options) {
      faults.call(`look at ${bucket}`);
      return backend.headBucket(bucket, options);
    },
    ...(backend.presign !== undefined && {
      async presign(bucket: string, key: string, options: Parameters<NonNullable<StorageBackend['presign']>>[2]) {
        faults.call(`presign ${bucket}/${key}`);
        return (backend.presign as NonNullable<StorageBackend['presign']>)(bucket, key, options); // it is there
      },
    }),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}
