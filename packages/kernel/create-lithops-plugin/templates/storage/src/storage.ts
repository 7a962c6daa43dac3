import { randomUUID } from 'node:crypto';
import {
  type ByteRange,
  type ObjectBody,
  type ObjectEntry,
  type ObjectHead,
  type ObjectStream,
  type StorageBackend,
  StorageError,
  StorageNoSuchKeyError,
} from '@lithops/core/plugin';

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly head: ObjectHead & { readonly lastModified: Date };
}

type Buckets = Map<string, Map<string, StoredObject>>;

/** Your service, as long as there is none: objects of this process. */
const services = new Map<string, Buckets>();

const MAX_OBJECT_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 65_536;

/** Replace what is done with `#buckets` by requests to your service; the suite tells what is missing. */
export class AcmeGridStorage implements StorageBackend {
  readonly #buckets: Buckets;

  constructor(name: string) {
    this.#buckets = services.get(name) ?? new Map();
    services.set(name, this.#buckets);
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
    // With `object` core can go on where a transfer broke, and sees one that ended too early.
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
    const keys = [...this.#bucket(bucket).keys()].filter((key) => key.startsWith(prefix));
    for (const key of keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
      signal?.throwIfAborted();
      const head = this.#bucket(bucket).get(key)?.head;
      if (head !== undefined) yield { key, size: head.size, lastModified: head.lastModified };
    }
  }

  async createBucket(bucket: string): Promise<void> {
    if (!this.#buckets.has(bucket)) this.#buckets.set(bucket, new Map());
  }

  async headBucket(bucket: string): Promise<boolean> {
    return this.#buckets.has(bucket);
  }

  /** Closes what is open: clients, sockets, timers. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #bucket(bucket: string): Map<string, StoredObject> {
    const objects = this.#buckets.get(bucket);
    if (objects !== undefined) return objects;
    throw new StorageError(`there is no bucket '${bucket}'`, {
      reason: 'no-such-bucket',
      hint: 'make it with createBucket',
    });
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
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    signal?.throwIfAborted();
    yield bytes.slice(start, start + CHUNK_BYTES);
  }
}
