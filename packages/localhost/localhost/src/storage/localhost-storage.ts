import {
  closeSync,
  constants,
  fsync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { type FileHandle, open, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
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
import { isErrno } from './errno.ts';
import { explained, understood } from './file-errors.ts';
import { bucketToFolder, keyToPath } from './key-path.ts';
import { makeFolder } from './make-folder.ts';
import { ObjectBytes } from './object-bytes.ts';
import { listFolder, statOf } from './object-listing.ts';
import { removeLeftovers, writeUpload } from './upload.ts';

/** A delete that removes a folder as a put makes it may win this often in a row. */
const MOST_TRIES = 100;
const DELETES_AT_ONCE = 16;

const sync = promisify(fsync);

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
    this.#assertNoLinks(path);
    if (ifAbsent && isThere(path)) {
      await letGo(body);
      return false;
    }
    const upload = await writeUpload(this.#uploads, body, { durable, signal }, explainedPut);
    try {
      this.#swept ??= this.#sweep();
      return await explainedPut(() => place(upload, path, { ifAbsent, durable }));
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
    this.#assertNoLinks(path);
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
    this.#assertNoLinks(path);
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
    this.#assertNoLinks(join(folder, 'any'));
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

  /** Looks at the folders on the way to a file, as far as they exist. @throws StorageError when one is a link. */
  #assertNoLinks(path: string): void {
    for (let folder = dirname(path); folder !== this.#root && folder !== dirname(folder); folder = dirname(folder)) {
      const real = realPathOf(folder);
      if (real === folder) return;
      if (real !== undefined)
        throw new StorageError(`${folder} leads out of the storage, to ${real}`, {
          reason: 'access-denied',
          hint: 'links are not followed there; remove it',
        });
    }
  }

  async #deleteFile(bucket: string, path: string): Promise<void> {
    this.#assertNoLinks(path);
    await explained(`delete ${path}`, async () => {
      await rm(path, { force: true });
      await removeEmptyFolders(dirname(path), this.#bucket(bucket));
    });
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

/** An object is never written in place: another version is another file. */
function headOf({ ino, mtime, mtimeMs, size }: Stats): ObjectHead {
  const etag = [ino, Math.trunc(mtimeMs * 1000), size].map((part) => part.toString(36)).join('-');
  return { size, lastModified: mtime, etag };
}

/** Gives a complete file its name. @returns false when `ifAbsent` is set and the name is taken. */
async function place(
  upload: string,
  path: string,
  { ifAbsent, durable }: { readonly ifAbsent: boolean; readonly durable: boolean },
): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      const made = makeFolder(dirname(path));
      // A link is made by one of many that try at once, in whatever processes.
      if (ifAbsent) linkSync(upload, path);
      else renameSync(upload, path);
      if (durable) await syncNames(path, made);
      return true;
    } catch (error) {
      if (ifAbsent && isErrno(error, 'EEXIST')) return false;
      // The folder was removed again, with its last object, by a delete.
      if (!isErrno(error, 'ENOENT') || tries === MOST_TRIES) throw error;
    }
  }
}

/** One that was renamed is gone already. */
function removeUpload(upload: string): void {
  try {
    unlinkSync(upload);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

/** Makes the names of a file and of the folders that were made for it outlive a crash of the machine. */
async function syncNames(path: string, made: string | undefined): Promise<void> {
  const last = dirname(made ?? path);
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === last || folder === dirname(folder)) break;
  }
  // At once: the file system writes them together.
  await Promise.all(folders.map(syncFolder));
}

async function syncFolder(folder: string): Promise<void> {
  const fd = openSync(folder, constants.O_RDONLY);
  try {
    await sync(fd);
  } finally {
    closeSync(fd);
  }
}

async function openObject(path: string): Promise<{ readonly handle: FileHandle; readonly stats: Stats } | undefined> {
  // A pipe that somebody put there would keep `open` waiting.
  if ((await statOf(path))?.isFile() !== true) return undefined;
  try {
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      return { handle, stats: await handle.stat() };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function removeEmptyFolders(folder: string, top: string): Promise<void> {
  for (let path = folder; path !== top; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) return;
    }
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw understood(`look at ${path}`, error);
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw understood(`look at ${path}`, error);
  }
}

/** Ends a body that will not be read. */
async function letGo(body: ObjectBody): Promise<void> {
  if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}
