import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { LithopsConfig } from '../config/lithops-config.ts';
import { loadConfig, type ResolvedConfig } from '../config/load-config.ts';
import { StorageError } from '../errors/storage-error.ts';
import type { PluginReference } from '../plugin/plugin-reference.ts';
import type { ByteRange, ObjectEntry, ObjectHead, StorageBackend } from '../plugin/storage-plugin.ts';
import { CloudObject } from './cloud-object.ts';
import { collectBytes, type PutBody, toObjectBody, toWebStream } from './object-body.ts';
import { type OpenStorage, openStorageBackend } from './open-storage-backend.ts';

export type StorageOptions =
  | { readonly backend?: string | PluginReference; readonly config?: LithopsConfig }
  /** What an executor has found out already. */
  | { readonly resolved: ResolvedConfig };

/** Objects in buckets, the same for every storage. The backend is opened on first use. */
export class Storage implements AsyncDisposable {
  readonly backendName: string;
  readonly #config: ResolvedConfig;
  readonly #closing = new AbortController();
  #open: Promise<OpenStorage> | undefined;

  /** @throws ConfigError */
  constructor(options: StorageOptions = {}) {
    this.#config = 'resolved' in options ? options.resolved : loadConfig(storageOptions(options));
    this.backendName = this.#config.storageName;
  }

  /** The bucket of jobs and CloudObjects, as configured or of the storage's own choice. */
  async defaultBucket(): Promise<string> {
    return (await this.#opened()).bucket;
  }

  /** Writes an object whole. @returns false when `ifAbsent` is set and there is one already. */
  async putObject(
    bucket: string,
    key: string,
    body: PutBody,
    options: { readonly ifAbsent?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<boolean> {
    const content = toObjectBody(body);
    return (await this.#backend()).put(named('bucket', bucket), named('key', key), content, options);
  }

  /** An object's bytes; with `range` from its first to its last byte, both included. @throws StorageNoSuchKeyError */
  async getObject(
    bucket: string,
    key: string,
    options: { readonly range?: ByteRange; readonly signal?: AbortSignal } = {},
  ): Promise<Uint8Array> {
    return collectBytes(await (await this.#backend()).get(bucket, named('key', key), checkedRange(options)));
  }

  /** The same as a stream. @throws StorageNoSuchKeyError */
  async getObjectStream(
    bucket: string,
    key: string,
    options: { readonly range?: ByteRange; readonly signal?: AbortSignal } = {},
  ): Promise<ReadableStream<Uint8Array>> {
    return toWebStream(await (await this.#backend()).get(bucket, named('key', key), checkedRange(options)));
  }

  /** @throws StorageNoSuchKeyError */
  async headObject(bucket: string, key: string): Promise<ObjectHead> {
    return (await this.#backend()).head(bucket, named('key', key));
  }

  /** Whether the bucket exists. */
  async headBucket(bucket: string): Promise<boolean> {
    return (await this.#backend()).headBucket(named('bucket', bucket));
  }

  /** Makes a bucket; no error when it is there. */
  async createBucket(bucket: string): Promise<void> {
    await (await this.#backend()).createBucket(named('bucket', bucket));
  }

  /** Deleting what is not there is no error. */
  async deleteObject(bucket: string, key: string): Promise<void> {
    await (await this.#backend()).delete(bucket, [named('key', key)]);
  }

  async deleteObjects(bucket: string, keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await (await this.#backend()).delete(bucket, keys);
  }

  /** Objects whose key starts with `prefix`, a plain string, in the order of their keys. */
  async *listObjects(bucket: string, prefix = ''): AsyncGenerator<ObjectEntry, void, void> {
    yield* (await this.#backend()).list(bucket, prefix, {});
  }

  async listKeys(bucket: string, prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.listObjects(bucket, prefix)) keys.push(key);
    return keys;
  }

  /** Uploads a file; its name is the key unless another is given. */
  async uploadFile(path: string, bucket: string, key: string = basename(path)): Promise<void> {
    await this.putObject(bucket, key, fileBytes(path));
  }

  /** Downloads into a file, which appears when it is complete. */
  async downloadFile(bucket: string, key: string, path: string = basename(key)): Promise<void> {
    const bytes = await (await this.#backend()).get(bucket, key, {});
    await mkdir(dirname(path), { recursive: true });
    const partial = `${path}.${randomUUID()}.partial`;
    try {
      await using file = await open(partial, 'wx');
      await file.writeFile(bytes);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    await rename(partial, path);
  }

  /** Stores a body under a name of its own, unless one is given. */
  async putCloudObject(
    body: PutBody,
    options: { readonly bucket?: string; readonly key?: string } = {},
  ): Promise<CloudObject> {
    const { bucket = (await this.#opened()).bucket, key = `lithops.jobs/tmp/cloudobject_${randomUUID()}` } = options;
    await this.putObject(bucket, key, body);
    return new CloudObject(this.backendName, bucket, key);
  }

  /** @throws StorageNoSuchKeyError; StorageError when it is in another storage. */
  async getCloudObject(object: CloudObject): Promise<Uint8Array> {
    this.#assertOurs(object);
    return this.getObject(object.bucket, object.key);
  }

  async deleteCloudObject(object: CloudObject): Promise<void> {
    await this.deleteCloudObjects([object]);
  }

  async deleteCloudObjects(objects: readonly CloudObject[]): Promise<void> {
    for (const object of objects) this.#assertOurs(object);
    for (const [bucket, own] of Map.groupBy(objects, (object) => object.bucket))
      await this.deleteObjects(
        bucket,
        own.map((object) => object.key),
      );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    const open = await this.#open?.catch(() => undefined); // told by the calls that needed it
    await open?.backend[Symbol.asyncDispose]();
  }

  async #backend(): Promise<StorageBackend> {
    return (await this.#opened()).backend;
  }

  #opened(): Promise<OpenStorage> {
    this.#open ??= openStorageBackend(this.#config, this.#closing.signal);
    return this.#open;
  }

  #assertOurs(object: CloudObject): void {
    if (object.backend !== this.backendName)
      throw new StorageError(
        `${object.backend}://${object.bucket}/${object.key} is not in this storage, which is ${this.backendName}`,
      );
  }
}

/** Opened when it is first read, so that a file that is not there fails the upload and nothing else. */
async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>; // no encoding is set
}

function storageOptions({
  backend,
  config,
}: {
  readonly backend?: string | PluginReference;
  readonly config?: LithopsConfig;
}): Parameters<typeof loadConfig>[0] {
  return { ...(backend !== undefined && { storage: backend }), ...(config !== undefined && { config }) };
}

function named(what: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`a ${what} is a non-empty text, not ${JSON.stringify(value)}`);
}

function checkedRange<Options extends { readonly range?: ByteRange }>(options: Options): Options {
  const { range } = options;
  if (range === undefined) return options;
  const [start, end] = range;
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end >= start) return options;
  throw new RangeError(`a range is [first, last] byte, both included and from 0; not [${start}, ${end}]`);
}
