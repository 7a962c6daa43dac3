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
  unlessAborted,
} from '@lithops/core/plugin';
import { assertKey, clipRange, letGo, objectStream } from '@lithops/kit-storage';
import { LEASE_MS } from './chunks.ts';
import type { RedisConfig } from './config.ts';
import { bucketKeys } from './names.ts';
import { readObject } from './object-reader.ts';
import { addressOf, type RedisAddress } from './redis-address.ts';
import { RedisConnection, type RedisReply } from './redis-connection.ts';
import { RedisNotices } from './redis-notices.ts';
import { DELETE, LIST, OPEN } from './scripts.ts';
import { noSuchBucket, upload } from './upload.ts';

const PAGE = 500;

/**
 * Objects in a Redis server: a hash for each, its bytes in chunks of their own, and a sorted set of the keys of a bucket.
 * What must be one step is a script on the server.
 */
export class RedisStorage implements StorageBackend {
  readonly #connection: RedisConnection;
  readonly notices: RedisNotices;

  private constructor(connection: RedisConnection, address: RedisAddress) {
    this.#connection = connection;
    this.notices = new RedisNotices(connection, address);
  }

  /** Connects and makes the default bucket. @throws ConfigError, StorageError */
  static async open(config: RedisConfig, defaultBucket: string, signal: AbortSignal): Promise<RedisStorage> {
    bucketKeys(defaultBucket);
    const address = await addressOf(config);
    const connection = new RedisConnection(address);
    const storage = new RedisStorage(connection, address);
    try {
      await unlessAborted(connection.command('open the storage', ['PING']), signal);
      await storage.createBucket(defaultBucket).catch((error: unknown) => {
        // A server that is full or read-only can be read; what is written there tells.
        if (!(error instanceof StorageError) || error.reason === 'unavailable') throw error;
      });
      return storage;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async put(
    bucket: string,
    key: string,
    body: ObjectBody,
    { ifAbsent = false, signal }: { readonly ifAbsent?: boolean; readonly signal?: AbortSignal },
  ): Promise<boolean> {
    const keys = bucketKeys(bucket);
    assertKey(key);
    signal?.throwIfAborted();
    if (!(body instanceof Uint8Array)) {
      // Before much is sent for nothing.
      if (!(await this.headBucket(bucket))) throw noSuchBucket(bucket);
      if (ifAbsent && (await this.#exists(`put ${bucket}/${key}`, keys.object + key))) {
        await letGo(body);
        return false;
      }
    }
    return upload({ connection: this.#connection, keys, bucket, key, ifAbsent }, body, signal);
  }

  async get(
    bucket: string,
    key: string,
    { range, signal }: { readonly range?: ByteRange; readonly signal?: AbortSignal },
  ): Promise<ObjectStream> {
    const keys = bucketKeys(bucket);
    assertKey(key);
    signal?.throwIfAborted();
    const reader = randomUUID();
    const [first, last] = range ?? [0, Number.MAX_SAFE_INTEGER - 1];
    const args = [String(first), String(last), keys.chunk, keys.readers, reader, String(LEASE_MS)];
    const names = [keys.bucket, keys.object + key];
    const found = await unlessAborted(this.#connection.script(`get ${bucket}/${key}`, OPEN, names, args), signal);
    if (!Array.isArray(found)) throw noSuchKey(bucket, key, found === 1);
    const [size, id, chunkCount, chunkBytes, firstBytes]: readonly RedisReply[] = found;
    const { start, end } = clipRange(range, Number(size));
    const object = {
      connection: this.#connection,
      keys,
      bucket,
      key,
      upload: String(id),
      chunkCount: Number(chunkCount),
      chunkBytes: Number(chunkBytes),
      reader,
      firstBytes: firstBytes instanceof Buffer ? firstBytes : Buffer.of(),
      start,
      end,
    };
    return objectStream({ size: Number(size), etag: object.upload }, readObject(object, signal));
  }

  async head(bucket: string, key: string): Promise<ObjectHead> {
    const keys = bucketKeys(bucket);
    assertKey(key);
    const what = `look at ${bucket}/${key}`;
    const fields = ['size', 'modified', 'upload'];
    const found = await this.#connection.command(what, ['HMGET', keys.object + key, ...fields]);
    const [size, modified, id] = listOf(found);
    if (!size) throw noSuchKey(bucket, key, await this.headBucket(bucket));
    return { size: Number(size), lastModified: new Date(Number(modified)), etag: String(id) };
  }

  async delete(bucket: string, keys: readonly string[]): Promise<void> {
    const { object, chunk, readers, index } = bucketKeys(bucket);
    for (const key of keys) assertKey(key);
    for (let i = 0; i < keys.length; i += PAGE) {
      const args = [object, chunk, readers, String(LEASE_MS), ...keys.slice(i, i + PAGE)];
      await this.#connection.script(`delete objects of ${bucket}`, DELETE, [index], args);
    }
  }

  async *list(
    bucket: string,
    prefix: string,
    { signal }: { readonly signal?: AbortSignal },
  ): AsyncGenerator<ObjectEntry, void, void> {
    const keys = bucketKeys(bucket);
    if (!prefix.isWellFormed()) return; // no key is like that
    const to = afterPrefix(prefix);
    for (let from = Buffer.from(prefix === '' ? '-' : `[${prefix}`); ; ) {
      signal?.throwIfAborted();
      const args = [keys.object, from, to, String(PAGE)];
      const names = [keys.bucket, keys.index];
      const found = await unlessAborted(this.#connection.script(`list ${bucket}/${prefix}`, LIST, names, args), signal);
      if (!Array.isArray(found)) throw noSuchBucket(bucket);
      const page: readonly RedisReply[] = found;
      for (let i = 0; i < page.length; i += 3) {
        const [key, size, modified] = page.slice(i, i + 3);
        signal?.throwIfAborted();
        if (!size) continue; // evicted by the server
        yield { key: String(key), size: Number(size), lastModified: new Date(Number(modified)) };
      }
      if (page.length < PAGE * 3) return;
      from = Buffer.from(`(${String(page.at(-3))}`);
    }
  }

  async createBucket(bucket: string): Promise<void> {
    const args = ['HSETNX', bucketKeys(bucket).bucket, 'created', new Date().toISOString()];
    await this.#connection.command(`make bucket ${bucket}`, args);
  }

  async headBucket(bucket: string): Promise<boolean> {
    return this.#exists(`look at bucket ${bucket}`, bucketKeys(bucket).bucket);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection.close();
  }

  async #exists(what: string, name: string): Promise<boolean> {
    return (await this.#connection.command(what, ['EXISTS', name])) === 1;
  }
}

/** The end of a range of all that begins with a prefix: the first text that is greater. */
function afterPrefix(prefix: string): Buffer {
  if (prefix === '') return Buffer.from('+');
  const bytes = Buffer.from(`(${prefix}`);
  // No byte of UTF-8 is 0xff.
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) + 1, bytes.length - 1);
  return bytes;
}

function listOf(reply: RedisReply): readonly RedisReply[] {
  return Array.isArray(reply) ? reply : [];
}

function noSuchKey(bucket: string, key: string, bucketExists: boolean): StorageNoSuchKeyError {
  return new StorageNoSuchKeyError(bucket, key, bucketExists ? {} : { hint: `there is no bucket '${bucket}' either` });
}
