import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ByteRange,
  type ObjectBody,
  type ObjectEntry,
  type ObjectHead,
  type PluginLogger,
  type StorageBackend,
  StorageError,
  StorageNoSuchKeyError,
} from '@lithops/core/plugin';
import { assertNoLinks } from './assert-no-links.ts';
import { explained, understood } from './file-errors.ts';
import { bucketToFolder, keyToPath } from './key-path.ts';
import { makeFolder } from './make-folder.ts';
import { ObjectBytes } from './object-bytes.ts';
import { headOf, isThere, openObject, removeObject } from './object-file.ts';
import { listFolder, statOf } from './object-listing.ts';
import { placeUpload } from './place-upload.ts';
import { removeLeftovers, removeUpload, writeUpload } from './upload.ts';

const DELETES_AT_ONCE = 16;

/**
 * Objects as files below one folder: `<root>/<bucket>/<key>`, with names that {@link keyToPath} makes. A file is complete
 * before it has its name, so no reader sees a part of an object. Nothing outside of the root is read or written, not
 * even through a link that somebody planted in it.
 *
 * What a put asks of names and folders it asks at once, without a thread: each such request takes some microseconds, and
 * handing it to a thread and back some hundred. Bytes of large objects and syncs, which wait for the disk, have threads.
 */
export class LocalhostStorage implements StorageBackend {
  readonly #root: string;
  readonly #logger: PluginLogger;
  readonly #reading = new Set<ObjectBytes>();
  #swept: Promise<void> | undefined;

  private constructor(root: string, logger: PluginLogger) {
    this.#root = root;
    this.#logger = logger;
  }

  /** Makes the folder if it is not there; only its owner may enter it then. @throws StorageError */
  static open(root: string, logger: PluginLogger): Promise<LocalhostStorage> {
    return explained(`open the storage in ${root}`, async () => {
      makeFolder(root);
      return new LocalhostStorage(realpathSync.native(root), logger);
    });
  }

  async put(
    bucket: string,
    key: string,
    body: ObjectBody,
    {
      ifAbsent = false,
      durable = false,
      signal,
    }: { readonly ifAbsent?: boolean; readonly durable?: boolean; readonly signal?: AbortSignal },
  ): Promise<boolean> {
    const path = this.#path(bucket, key);
    const explainedPut = <Result>(run: () => Promise<Result>) => explained(`put ${bucket}/${key}`, run);
    signal?.throwIfAborted();
    assertNoLinks(this.#root, path);
    if (ifAbsent && isThere(path)) {
      await letGo(body);
      return false;
    }
    const upload = await writeUpload(this.#uploads, body, { durable, signal }, explainedPut);
    try {
      this.#swept ??= this.#sweep();
      return await explainedPut(() => placeUpload(upload, path, { ifAbsent, durable }));
    } finally {
      removeUpload(upload);
    }
  }

  async get(
    bucket: string,
    key: string,
    { range, signal }: { readonly range?: ByteRange; readonly signal?: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>> {
    const path = this.#path(bucket, key);
    signal?.throwIfAborted();
    assertNoLinks(this.#root, path);
    const file = await explained(`get ${bucket}/${key}`, () => openObject(path));
    if (file === undefined) throw await this.#noSuchKey(bucket, key);
    const { size } = file.stats;
    const [start, last] = range ?? [0, size - 1];
    const wanted = { start, end: Math.min(last + 1, size) };
    const bytes = new ObjectBytes(headOf(file.stats), file.handle, wanted, signal, () => this.#reading.delete(bytes));
    this.#reading.add(bytes);
    return bytes;
  }

  async head(bucket: string, key: string): Promise<ObjectHead> {
    const path = this.#path(bucket, key);
    assertNoLinks(this.#root, path);
    const found = await statOf(path);
    if (found?.isFile() !== true) throw await this.#noSuchKey(bucket, key);
    return headOf(found);
  }

  async delete(bucket: string, keys: readonly string[]): Promise<void> {
    const paths = keys.map((key) => this.#path(bucket, key));
    for (let i = 0; i < paths.length; i += DELETES_AT_ONCE) {
      await Promise.all(paths.slice(i, i + DELETES_AT_ONCE).map((path) => this.#deleteFile(bucket, path)));
    }
  }

  async *list(
    bucket: string,
    prefix: string,
    { signal }: { readonly signal?: AbortSignal },
  ): AsyncGenerator<ObjectEntry, void, void> {
    if (!(await this.headBucket(bucket)))
      throw new StorageError(`there is no bucket '${bucket}'`, {
        reason: 'no-such-bucket',
        hint: 'make it with createBucket, or put an object into it',
      });
    try {
      yield* listFolder(this.#bucket(bucket), prefix, signal);
    } catch (error) {
      throw understood(`list ${bucket}/${prefix}`, error);
    }
  }

  async createBucket(bucket: string): Promise<void> {
    const folder = this.#bucket(bucket);
    await explained(`make bucket ${bucket}`, async () => makeFolder(folder));
    assertNoLinks(this.#root, join(folder, 'any'));
  }

  async headBucket(bucket: string): Promise<boolean> {
    return (await statOf(this.#bucket(bucket)))?.isDirectory() === true;
  }

  /** Closes the objects that are still being read. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#swept;
    await Promise.all([...this.#reading].map((bytes) => bytes.close()));
  }

  /** No bucket has such a name. */
  get #uploads(): string {
    return join(this.#root, '.uploads');
  }

  #bucket(bucket: string): string {
    return join(this.#root, bucketToFolder(bucket));
  }

  #path(bucket: string, key: string): string {
    return join(this.#bucket(bucket), keyToPath(key));
  }

  async #deleteFile(bucket: string, path: string): Promise<void> {
    assertNoLinks(this.#root, path);
    await explained(`delete ${path}`, () => removeObject(path, this.#bucket(bucket)));
  }

  async #noSuchKey(bucket: string, key: string): Promise<StorageNoSuchKeyError> {
    return new StorageNoSuchKeyError(
      bucket,
      key,
      (await this.headBucket(bucket)) ? {} : { hint: `there is no bucket '${bucket}' either` },
    );
  }

  async #sweep(): Promise<void> {
    try {
      await removeLeftovers(this.#uploads);
    } catch (error) {
      this.#logger.warn(`unfinished uploads in ${this.#uploads} could not be removed: ${String(error)}`);
    }
  }
}

/** Ends a body that will not be read. */
async function letGo(body: ObjectBody): Promise<void> {
  if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}
