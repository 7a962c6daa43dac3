import { basename } from 'node:path';
import { loadConfig, type ResolvedConfig } from '../config/load-config.ts';
import { StorageError } from '../errors/storage-error.ts';
import type { NoticeBoard } from '../plugin/notice-board.ts';
import type { ObjectEntry, ObjectHead, StorageBackend } from '../plugin/storage-plugin.ts';
import { type BodySource, bodySource, type PutBody } from './body-source.ts';
import type { CloudObject } from './cloud-object.ts';
import { CloudObjects } from './cloud-objects.ts';
import { fileSource, Progress, type TransferOptions, writeFileWhole } from './file-transfer.ts';
import { joinBytes, toWebStream } from './object-bytes.ts';
import { listObjects } from './object-listing.ts';
import { type ObjectRead, openRead } from './object-read.ts';
import { checkBucket, checkKey, checkKeys, checkOptions, checkPrefix } from './storage-arguments.ts';
import { StorageConnection } from './storage-connection.ts';
import type {
  CloudObjectOptions,
  GetOptions,
  PresignOptions,
  PutOptions,
  SignalOption,
  StorageOptions,
} from './storage-options.ts';
import { retrying } from './storage-retry.ts';

/**
 * Objects in buckets, the same for every storage. The backend is opened on first use.
 * What fails because the storage is busy or not reachable for a moment is tried again with growing, random delays; see
 * `lithops.storage_retries` and `lithops.storage_retry_time`. A stream that was partly read is not sent again.
 */
export class Storage implements AsyncDisposable {
  readonly backendName: string;
  readonly #config: ResolvedConfig;
  readonly #connection: StorageConnection;
  readonly #ownConnection: boolean;
  readonly #cloudObjects: CloudObjects;

  /** @throws ConfigError */
  constructor(options: StorageOptions = {}) {
    const { resolved, owner, connection } =
      'resolved' in options ? options : { resolved: loadConfig(configOf(options)) };
    this.#config = resolved;
    this.#connection = connection ?? new StorageConnection(resolved);
    this.#ownConnection = connection === undefined;
    this.backendName = this.#config.storageName;
    this.#cloudObjects = new CloudObjects(this, owner);
  }

  /** The bucket for jobs and CloudObjects where none is named. */
  async defaultBucket(options: SignalOption = {}): Promise<string> {
    const { signal } = checkOptions('defaultBucket', options, ['signal']);
    return retrying(async () => (await this.#connection.open()).bucket, this.#config.storageRetry, signal);
  }

  /**
   * Writes an object whole.
   * @returns false when `ifAbsent` is set and there is one already; after an attempt that failed and was repeated, that may be
   * the one this very call has written.
   * @throws TypeError, StorageError
   */
  async putObject(bucket: string, key: string, body: PutBody, options: PutOptions = {}): Promise<boolean> {
    const checked = checkOptions('putObject', options, ['ifAbsent', 'durable', 'signal']);
    return this.#put(checkBucket(bucket), checkKey(key), bodySource(body), checked);
  }

  /** An object's bytes; with `range` from its first to its last byte, both included. @throws StorageNoSuchKeyError, StorageError */
  async getObject(bucket: string, key: string, options: GetOptions = {}): Promise<Uint8Array> {
    const read = await this.#read('getObject', bucket, key, options);
    const chunks: Uint8Array[] = [];
    for await (const chunk of read.bytes(() => void chunks.splice(0))) chunks.push(chunk);
    return joinBytes(chunks);
  }

  /** The same as a stream. @throws StorageNoSuchKeyError, StorageError */
  async getObjectStream(bucket: string, key: string, options: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    return toWebStream((await this.#read('getObjectStream', bucket, key, options)).bytes());
  }

  /** @throws StorageNoSuchKeyError, StorageError */
  async headObject(bucket: string, key: string, options: SignalOption = {}): Promise<ObjectHead> {
    const { signal } = checkOptions('headObject', options, ['signal']);
    checkBucket(bucket);
    checkKey(key);
    return this.#run(signal, (backend) => backend.head(bucket, key, options));
  }

  /** Whether the bucket exists. */
  async headBucket(bucket: string, options: SignalOption = {}): Promise<boolean> {
    const { signal } = checkOptions('headBucket', options, ['signal']);
    checkBucket(bucket);
    return this.#run(signal, (backend) => backend.headBucket(bucket, options));
  }

  /** Makes a bucket; no error when it is there. */
  async createBucket(bucket: string, options: SignalOption = {}): Promise<void> {
    const { signal } = checkOptions('createBucket', options, ['signal']);
    checkBucket(bucket);
    return this.#run(signal, (backend) => backend.createBucket(bucket, options));
  }

  /** Deleting what is not there is no error. */
  async deleteObject(bucket: string, key: string, options: SignalOption = {}): Promise<void> {
    await this.deleteObjects(bucket, [checkKey(key)], options);
  }

  async deleteObjects(bucket: string, keys: readonly string[], options: SignalOption = {}): Promise<void> {
    const { signal } = checkOptions('deleteObjects', options, ['signal']);
    checkBucket(bucket);
    if (checkKeys(keys).length > 0) await this.#run(signal, (backend) => backend.delete(bucket, keys, options));
  }

  /** Objects whose key starts with `prefix`, a plain string, in the order of their keys; page after page, as they are taken. */
  listObjects(bucket: string, prefix = '', options: SignalOption = {}): AsyncGenerator<ObjectEntry, void, void> {
    const { signal } = checkOptions('listObjects', options, ['signal']);
    return listObjects(this.#connection, checkBucket(bucket), checkPrefix(prefix), signal, this.#config.storageRetry);
  }

  async listKeys(bucket: string, prefix = '', options: SignalOption = {}): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.listObjects(bucket, prefix, options)) keys.push(key);
    return keys;
  }

  /**
   * An address that gives (or with method PUT takes) the object without credentials for a while.
   * @throws StorageError where the storage has none.
   */
  async presign(bucket: string, key: string, options: PresignOptions = {}): Promise<string> {
    const {
      signal,
      method = 'GET',
      expiresSeconds = 3600,
    } = checkOptions('presign', options, ['method', 'expiresSeconds', 'signal']);
    if (method !== 'GET' && method !== 'PUT') throw new TypeError(`method is GET or PUT, not ${String(method)}`);
    if (!(Number.isInteger(expiresSeconds) && expiresSeconds > 0))
      throw new TypeError(`expiresSeconds is a whole number from 1, not ${String(expiresSeconds)}`);
    checkBucket(bucket);
    checkKey(key);
    return this.#run(signal, async (backend) => {
      if (backend.presign !== undefined) return backend.presign(bucket, key, { method, expiresSeconds });
      throw new StorageError(`storage ${this.backendName} has no presigned addresses`, {
        hint: 'pass the object itself',
      });
    });
  }

  /** Uploads a file; its name is the key unless another is given. */
  async uploadFile(
    path: string,
    bucket: string,
    key: string = basename(path),
    options: TransferOptions = {},
  ): Promise<void> {
    const checked = checkOptions('uploadFile', options, ['signal', 'onProgress']);
    checkBucket(bucket);
    checkKey(key);
    const { source, finish } = await fileSource(path, checked);
    await this.#put(bucket, key, source, checked);
    finish();
  }

  /** Downloads into a file, which appears when it is complete; a file of that name is replaced then. */
  async downloadFile(
    bucket: string,
    key: string,
    path: string = basename(key),
    options: TransferOptions = {},
  ): Promise<void> {
    const { onProgress, signal } = checkOptions('downloadFile', options, ['signal', 'onProgress']);
    if (['', '.', '..'].includes(path)) throw new TypeError(`key '${key}' makes no name for a file; give a path`);
    const read = await this.#read('downloadFile', bucket, key, signal === undefined ? {} : { signal });
    const total = read.length ?? (onProgress === undefined ? 0 : (await this.headObject(bucket, key)).size);
    await writeFileWhole(path, read, new Progress(total, onProgress));
  }

  /** Stores a body under a name of its own, unless one is given. `clean()` of the executor removes those without a key of the user's. */
  async putCloudObject(body: PutBody, options: CloudObjectOptions = {}): Promise<CloudObject> {
    const checked = checkOptions('putCloudObject', options, ['bucket', 'key', 'signal']);
    const source = bodySource(body);
    const object = await this.#cloudObjects.place(checked);
    const { signal } = checked;
    await this.#put(object.bucket, object.key, source, signal === undefined ? {} : { signal });
    return object;
  }

  /** @throws StorageNoSuchKeyError; StorageError when it is in another storage. */
  async getCloudObject(object: CloudObject, options: GetOptions = {}): Promise<Uint8Array> {
    const { bucket, key } = this.#cloudObjects.own(object);
    return this.getObject(bucket, key, options);
  }

  /** @throws StorageNoSuchKeyError; StorageError when it is in another storage. */
  async getCloudObjectStream(object: CloudObject, options: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const { bucket, key } = this.#cloudObjects.own(object);
    return this.getObjectStream(bucket, key, options);
  }

  async deleteCloudObject(object: CloudObject, options: SignalOption = {}): Promise<void> {
    await this.deleteCloudObjects([object], options);
  }

  async deleteCloudObjects(objects: readonly CloudObject[], options: SignalOption = {}): Promise<void> {
    const own = objects.map((object) => this.#cloudObjects.own(object));
    for (const [bucket, together] of Map.groupBy(own, (object) => object.bucket))
      await this.deleteObjects(
        bucket,
        together.map(({ key }) => key),
        options,
      );
  }

  /** @internal Where the storage tells others of news, if it can. */
  async notices(): Promise<NoticeBoard | undefined> {
    return (await this.#connection.open()).backend.notices;
  }

  /** Ends what is open. What is still being read or written fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ownConnection) await this.#connection.close();
  }

  async #put(bucket: string, key: string, source: BodySource, options: PutOptions): Promise<boolean> {
    const { signal } = options;
    try {
      return await this.#run(
        signal,
        (backend) => backend.put(bucket, key, source.open(), options),
        () => source.repeatable,
      );
    } finally {
      await source.release();
    }
  }

  async #read(method: string, bucket: string, key: string, options: GetOptions): Promise<ObjectRead> {
    const checked = checkOptions(method, options, ['range', 'signal']);
    const place = { bucket: checkBucket(bucket), key: checkKey(key) };
    return openRead(this.#connection, place, checked, this.#config.storageRetry);
  }

  #run<Result>(
    signal: AbortSignal | undefined,
    operation: (backend: StorageBackend) => Promise<Result>,
    repeatable?: () => boolean,
  ): Promise<Result> {
    const run = async () => operation((await this.#connection.open()).backend);
    return retrying(run, this.#config.storageRetry, signal, repeatable);
  }
}

function configOf({
  backend,
  config,
  configFile,
}: Exclude<StorageOptions, { readonly resolved: ResolvedConfig }>): Parameters<typeof loadConfig>[0] {
  return {
    ...(backend !== undefined && { storage: backend }),
    ...(config !== undefined && { config }),
    ...(configFile !== undefined && { configFile }),
  };
}
