import { randomUUID } from 'node:crypto';
import {
  type ByteRange,
  defineStoragePlugin,
  type ObjectBody,
  type ObjectEntry,
  type ObjectHead,
  type ObjectStream,
  type StorageBackend,
  StorageError,
  StorageNoSuchKeyError,
  type StoragePlugin,
  sectionSchema,
  textField,
} from '@lithops/core/plugin';

/** Section `memory` of a storage. */
export interface MemoryStorageConfig {
  /** Storages of the same name in one process hold the same objects. Default: `default`. */
  readonly name?: string;
}

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly head: ObjectHead & { readonly lastModified: Date };
}

type Buckets = Map<string, Map<string, StoredObject>>;

const MAX_OBJECT_BYTES = 64 * 1024 * 1024;
const storages = new Map<string, Buckets>();

/** Storage plugin `memory`: objects of this process, gone when it ends. For tests, and as a pattern for storages. */
export const memoryStorage: StoragePlugin<MemoryStorageConfig> = defineStoragePlugin({
  api: 1,
  name: 'memory',
  config: sectionSchema<MemoryStorageConfig>({ name: textField }),
  capabilities: () => ({ conditionalPut: true, presign: false, maxObjectBytes: MAX_OBJECT_BYTES }),
  defaultBucket: () => 'storage',
  create: async ({ name = 'default' }) => {
    const buckets: Buckets = storages.get(name) ?? new Map([['storage', new Map()]]);
    storages.set(name, buckets);
    return new MemoryStorage(buckets);
  },
});

/** The contract of a storage, as short as it can be kept. */
class MemoryStorage implements StorageBackend {
  readonly #buckets: Buckets;

  constructor(buckets: Buckets) {
    this.#buckets = buckets;
  }

  async put(
    bucket: string,
    key: string,
    body: ObjectBody,
    { ifAbsent = false, signal }: { readonly ifAbsent?: boolean; readonly signal?: AbortSignal },
  ): Promise<boolean> {
    const objects = this.#bucket(bucket);
    const bytes = await collect(body, signal);
    // From here to the end nothing is awaited: of two writers one comes first.
    if (ifAbsent && objects.has(key)) return false;
    objects.set(key, { bytes, head: { size: bytes.length, lastModified: new Date(), etag: randomUUID() } });
    return true;
  }

  async get(
    bucket: string,
    key: string,
    { range, signal }: { readonly range?: ByteRange; readonly signal?: AbortSignal },
  ): Promise<ObjectStream> {
    signal?.throwIfAborted();
    const { bytes, head } = this.#object(bucket, key);
    const [start, end] = range ?? [0, bytes.length - 1];
    return Object.assign(chunksOf(bytes.subarray(start, end + 1), signal), { object: head });
  }

  async head(bucket: string, key: string): Promise<ObjectHead> {
    return this.#object(bucket, key).head;
  }

  async delete(bucket: string, keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#buckets.get(bucket)?.delete(key);
  }

  async *list(
    bucket: string,
    prefix: string,
    { signal }: { readonly signal?: AbortSignal },
  ): AsyncGenerator<ObjectEntry, void, void> {
    const objects = this.#bucket(bucket);
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
    for (const key of keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
      signal?.throwIfAborted();
      const object = objects.get(key);
      if (object !== undefined) yield { key, size: object.head.size, lastModified: object.head.lastModified };
    }
  }

  async createBucket(bucket: string): Promise<void> {
    if (!this.#buckets.has(bucket)) this.#buckets.set(bucket, new Map());
  }

  async headBucket(bucket: string): Promise<boolean> {
    return this.#buckets.has(bucket);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #bucket(bucket: string): Map<string, StoredObject> {
    const objects = this.#buckets.get(bucket);
    if (objects === undefined)
      throw new StorageError(`there is no bucket '${bucket}'`, {
        reason: 'no-such-bucket',
        hint: 'make it with createBucket',
      });
    return objects;
  }

  #object(bucket: string, key: string): StoredObject {
    const object = this.#buckets.get(bucket)?.get(key);
    if (object === undefined) throw new StorageNoSuchKeyError(bucket, key);
    return object;
  }
}

/** A copy: what its owner does with the body afterwards changes no object. */
async function collect(body: ObjectBody, signal: AbortSignal | undefined): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body instanceof Uint8Array ? [body] : body) {
    signal?.throwIfAborted();
    size += chunk.length;
    if (size > MAX_OBJECT_BYTES)
      throw new StorageError(`an object has at most ${MAX_OBJECT_BYTES} bytes here`, { reason: 'too-large' });
    chunks.push(Uint8Array.from(chunk));
  }
  return new Uint8Array(Buffer.concat(chunks));
}

async function* chunksOf(bytes: Uint8Array, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, void> {
  for (let start = 0; start < bytes.length; start += 65_536) {
    signal?.throwIfAborted();
    yield bytes.slice(start, start + 65_536);
  }
}
