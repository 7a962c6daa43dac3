import { constants, createReadStream, type Stats } from 'node:fs';
import { link, lstat, mkdir, open, opendir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type ByteRange, type ObjectBody, type ObjectEntry, type ObjectHead, type StorageBackend, StorageError, StorageNoSuchKeyError } from '@lithops/core/plugin';
import { bucketToFolder, keyToPath, pathToKey, temporaryName } from './key-path.ts';

/** Unfinished uploads of processes that died are removed when they are this old, in ms. */
const LEFTOVER_MS = 24 * 3_600_000;

/** Objects as files below one folder. Writes are atomic: a file is complete before it has its name. */
export class LocalhostStorage implements StorageBackend {
  readonly #root: string;
  #swept: Promise<void> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  async put(bucket: string, key: string, body: ObjectBody, { ifAbsent, signal }: { readonly ifAbsent?: boolean; readonly signal?: AbortSignal }): Promise<boolean> {
    const path = this.#path(bucket, key);
    const temporary = join(this.#uploads(), temporaryName());
    return explained(`put ${bucket}/${key}`, async () => {
      await mkdir(this.#uploads(), { recursive: true, mode: 0o700 });
      this.#swept ??= this.#sweep();
      try {
        await writeBody(temporary, body, signal);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        if (ifAbsent === true) return await linkIfAbsent(temporary, path);
        await rename(temporary, path);
        return true;
      } finally {
        await rm(temporary, { force: true });
      }
    });
  }

  async get(bucket: string, key: string, { range, signal }: { readonly range?: ByteRange; readonly signal?: AbortSignal }): Promise<AsyncIterable<Uint8Array>> {
    const { size } = await this.head(bucket, key);
    const [start, end] = range ?? [0, size - 1];
    if (start >= size) return empty();
    return createReadStream(this.#path(bucket, key), { start, end: Math.min(end, size - 1), highWaterMark: 1024 * 1024, ...(signal && { signal }) });
  }

  async head(bucket: string, key: string): Promise<ObjectHead> {
    const found = await statOf(this.#path(bucket, key));
    if (found?.isFile() !== true) throw new StorageNoSuchKeyError(bucket, key, await this.#bucketHint(bucket));
    return { size: found.size, lastModified: found.mtime, etag: `${found.ino.toString(16)}-${found.mtimeMs.toString(16)}-${found.size.toString(16)}` };
  }

  async delete(bucket: string, keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await explained(`delete ${bucket}/${key}`, async () => {
        await rm(this.#path(bucket, key), { force: true });
      });
    }
  }

  async *list(bucket: string, prefix: string): AsyncIterable<ObjectEntry> {
    const folder = this.#bucket(bucket);
    if ((await statOf(folder)) === undefined) throw new StorageError(`there is no bucket '${bucket}'`, { hint: 'create it with createBucket' });
    // Read whole and sorted: folders and their escaped names do not come in the order of the keys.
    const keys: string[] = [];
    for await (const key of keysBelow(folder, folder, prefix)) keys.push(key);
    for (const key of keys.sort(byBytes)) {
      const found = await statOf(this.#path(bucket, key));
      if (found !== undefined) yield { key, size: found.size, lastModified: found.mtime };
    }
  }

  async createBucket(bucket: string): Promise<void> {
    await explained(`create bucket ${bucket}`, async () => {
      await mkdir(this.#bucket(bucket), { recursive: true, mode: 0o700 });
    });
  }

  async headBucket(bucket: string): Promise<boolean> {
    return (await statOf(this.#bucket(bucket)))?.isDirectory() === true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#swept;
  }

  #bucket(bucket: string): string {
    return join(this.#root, bucketToFolder(bucket));
  }

  #path(bucket: string, key: string): string {
    return join(this.#bucket(bucket), keyToPath(key));
  }

  #uploads(): string {
    return join(this.#root, '.uploads');
  }

  async #bucketHint(bucket: string): Promise<{ readonly hint?: string }> {
    return (await this.headBucket(bucket)) ? {} : { hint: `there is no bucket '${bucket}' either` };
  }

  async #sweep(): Promise<void> {
    for await (const entry of await opendir(this.#uploads())) {
      const file = join(this.#uploads(), entry.name);
      const found = await statOf(file);
      if (found !== undefined && Date.now() - found.mtimeMs > LEFTOVER_MS) await rm(file, { force: true });
    }
  }
}

async function writeBody(path: string, body: ObjectBody, signal: AbortSignal | undefined): Promise<void> {
  const file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  try {
    await file.writeFile(body, { ...(signal && { signal }) });
  } finally {
    await file.close();
  }
}

/** A link is made whole or not at all, and by one of many that try at once. */
async function linkIfAbsent(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

async function* keysBelow(root: string, folder: string, prefix: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (mayHold(relative(root, path), prefix)) yield* keysBelow(root, path, prefix);
    } else if (entry.isFile()) {
      const key = pathToKey(relative(root, path));
      if (key?.startsWith(prefix)) yield key;
    }
  }
}

/** Whether keys with the prefix may be in a folder. */
function mayHold(folder: string, prefix: string): boolean {
  const path = pathToKey(`${folder}%o`) ?? '';
  if (folder.endsWith('%+')) return true;
  return prefix.startsWith(`${path}/`) || `${path}/`.startsWith(prefix);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Of the file itself: a link planted among the objects leads nowhere. */
async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

async function* empty(): AsyncGenerator<Uint8Array> {}

async function explained<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof StorageError || (cause instanceof Error && cause.name === 'AbortError')) throw cause;
    const hint = isErrno(cause, 'ENOSPC') ? { hint: 'the disk is full; free some space, or set localhost.storage_root to another one' } : {};
    throw new StorageError(`${what} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, ...hint });
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
