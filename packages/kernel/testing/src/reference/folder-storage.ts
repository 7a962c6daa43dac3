import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ByteRange,
  defineStoragePlugin,
  type ObjectBody,
  type ObjectEntry,
  type ObjectHead,
  type ObjectStream,
  type PluginReference,
  type StorageBackend,
  StorageError,
  StorageNoSuchKeyError,
  type StoragePlugin,
  sectionSchema,
  textField,
} from '@lithops/core/plugin';

/** Section `test_folder` of a storage. */
export interface FolderStorageConfig {
  readonly folder?: string;
}

const BUCKET = 'storage';
/** Before the bytes of an object its file has the length of its key, and the key. */
const LENGTH_BYTES = 4;

const plugin: StoragePlugin<FolderStorageConfig> = defineStoragePlugin({
  api: 1,
  name: 'test_folder',
  // Its own file, whatever this is bundled into.
  module: new URL(import.meta.url.endsWith('.ts') ? './folder-storage.ts' : './folder-storage.js', import.meta.url)
    .href,
  config: sectionSchema<FolderStorageConfig>({ folder: textField }, ({ folder }) =>
    folder === undefined ? [{ message: 'a folder is needed', path: ['folder'] }] : [],
  ),
  capabilities: () => ({ conditionalPut: true, presign: false, maxObjectBytes: Number.POSITIVE_INFINITY }),
  defaultBucket: () => BUCKET,
  create: async ({ folder = '' }) => {
    await mkdir(join(folder, BUCKET), { recursive: true });
    return new FolderStorage(folder);
  },
});

export default plugin;

/**
 * A storage of files for the tests of a compute plugin, so that they need no other: `executor: { storage: folderStorage() }`.
 * Tasks reach it where they see the files of this machine. For tests only: listing reads every file.
 * @param folder Default: a new one, which is removed when this process ends.
 */
export function folderStorage(folder: string = temporaryFolder()): PluginReference {
  return { plugin, config: { folder } };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-test-storage-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Objects are files named after a hash of their key: keys may be of any length and of any letters. */
class FolderStorage implements StorageBackend {
  readonly #folder: string;
  /** Those of reads that nobody has begun, too. */
  readonly #files = new Set<FileHandle>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(
    bucket: string,
    key: string,
    body: ObjectBody,
    { ifAbsent = false, signal }: { readonly ifAbsent?: boolean; readonly signal?: AbortSignal },
  ): Promise<boolean> {
    await this.#assertBucket(bucket);
    const unfinished = join(this.#folder, randomUUID());
    try {
      await write(unfinished, key, body, signal);
      if (!ifAbsent) await rename(unfinished, this.#file(bucket, key));
      else await link(unfinished, this.#file(bucket, key));
      return true;
    } catch (error) {
      if (ifAbsent && isErrno(error, 'EEXIST')) return false;
      throw error;
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  async get(
    bucket: string,
    key: string,
    { range, signal }: { readonly range?: ByteRange; readonly signal?: AbortSignal },
  ): Promise<ObjectStream> {
    signal?.throwIfAborted();
    const file = await this.#open(bucket, key);
    const { head, start } = await contentsOf(file, key);
    const [first, last] = range ?? [0, head.size - 1];
    this.#files.add(file);
    return Object.assign(this.#chunksOf(file, start + first, start + Math.min(last, head.size - 1), signal), {
      object: head,
    });
  }

  async head(bucket: string, key: string): Promise<ObjectHead> {
    const file = await this.#open(bucket, key);
    try {
      return (await contentsOf(file, key)).head;
    } finally {
      await file.close();
    }
  }

  async delete(bucket: string, keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => rm(this.#file(bucket, key), { force: true })));
  }

  async *list(
    bucket: string,
    prefix: string,
    { signal }: { readonly signal?: AbortSignal },
  ): AsyncGenerator<ObjectEntry, void, void> {
    await this.#assertBucket(bucket);
    const entries: ObjectEntry[] = [];
    for (const name of await readdir(join(this.#folder, bucket))) {
      signal?.throwIfAborted();
      const entry = await entryOf(join(this.#folder, bucket, name));
      if (entry?.key.startsWith(prefix)) entries.push(entry);
    }
    yield* entries.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  async createBucket(bucket: string): Promise<void> {
    await mkdir(join(this.#folder, bucket), { recursive: true });
  }

  async headBucket(bucket: string): Promise<boolean> {
    return stat(join(this.#folder, bucket)).then(
      () => true,
      () => false,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#files].map((file) => this.#close(file)));
  }

  async *#chunksOf(
    file: FileHandle,
    start: number,
    end: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (let at = start; at <= end; ) {
        signal?.throwIfAborted();
        const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(65_536, end + 1 - at)), 0, null, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await this.#close(file);
    }
  }

  async #close(file: FileHandle): Promise<void> {
    if (this.#files.delete(file)) await file.close();
  }

  #file(bucket: string, key: string): string {
    return join(this.#folder, bucket, createHash('sha256').update(key).digest('hex'));
  }

  async #open(bucket: string, key: string): Promise<FileHandle> {
    try {
      return await open(this.#file(bucket, key));
    } catch (error) {
      if (isErrno(error, 'ENOENT')) throw new StorageNoSuchKeyError(bucket, key);
      throw error;
    }
  }

  async #assertBucket(bucket: string): Promise<void> {
    if (await this.headBucket(bucket)) return;
    throw new StorageError(`there is no bucket '${bucket}'`, {
      reason: 'no-such-bucket',
      hint: 'make it with createBucket',
    });
  }
}

async function write(file: string, key: string, body: ObjectBody, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const name = Buffer.from(key);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(name.length);
  await using handle = await open(file, 'wx');
  await handle.writeFile(Buffer.concat([length, name]));
  for await (const chunk of body instanceof Uint8Array ? [body] : body) {
    signal?.throwIfAborted();
    await handle.writeFile(chunk);
  }
}

async function contentsOf(
  file: FileHandle,
  key: string,
): Promise<{ readonly head: ObjectHead; readonly start: number }> {
  const { size, mtimeMs, mtime, ino } = await file.stat();
  const start = LENGTH_BYTES + Buffer.byteLength(key);
  return { head: { size: size - start, etag: `${ino}-${mtimeMs}`, lastModified: mtime }, start };
}

/** Undefined for one that was deleted since it was listed. */
async function entryOf(file: string): Promise<ObjectEntry | undefined> {
  try {
    await using handle = await open(file);
    const length = Buffer.alloc(LENGTH_BYTES);
    await handle.read(length, 0, LENGTH_BYTES, 0);
    const name = Buffer.alloc(length.readUInt32BE());
    await handle.read(name, 0, name.length, LENGTH_BYTES);
    const { size, mtime } = await handle.stat();
    return { key: name.toString(), size: size - LENGTH_BYTES - name.length, lastModified: mtime };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
