import type { JobStore } from '@lithops/worker';
import type { StoredValue } from '@lithops/worker/values';
import { StorageError } from '../errors/storage-error.ts';
import { StorageNoSuchKeyError } from '../errors/storage-no-such-key-error.ts';
import type { NoticeBoard } from '../plugin/notice-board.ts';
import type { Storage } from './storage.ts';

const DELETED_AT_ONCE = 1000;

/** The objects of jobs, in the storage's bucket. */
export class StorageJobStore implements JobStore {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async put(
    key: string,
    body: Uint8Array,
    options: { readonly ifAbsent?: boolean; readonly durable?: boolean } = {},
  ): Promise<boolean> {
    return this.#storage.putObject(await this.#storage.defaultBucket(), key, body, options);
  }

  async find(key: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#storage.getObject(await this.#storage.defaultBucket(), key);
    } catch (error) {
      if (error instanceof StorageNoSuchKeyError) return undefined;
      throw error;
    }
  }

  async read({ key, offset, bytes }: StoredValue): Promise<Uint8Array> {
    const bucket = await this.#storage.defaultBucket();
    const range = offset === undefined ? {} : { range: [offset, offset + bytes - 1] as const };
    const value = await this.#storage.getObject(bucket, key, range);
    if (value.byteLength === bytes) return value;
    throw new StorageError(`object '${key}' gave ${value.byteLength} bytes of a value that has ${bytes}`);
  }

  /** The keys that begin so, in order, with what the storage says of each object's last change. */
  async *list(prefix: string): AsyncGenerator<{ readonly key: string; readonly changed: number }, void, void> {
    const bucket = await this.#storage.defaultBucket();
    for await (const { key, lastModified } of this.#storage.listObjects(bucket, prefix))
      yield { key, changed: lastModified.getTime() };
  }

  /** Where the storage tells others of news, if it can. */
  notices(): Promise<NoticeBoard | undefined> {
    return this.#storage.notices();
  }

  async delete(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#storage.deleteObjects(await this.#storage.defaultBucket(), keys);
  }

  /** Deletes every object whose key begins so. */
  async deleteAll(prefix: string): Promise<void> {
    const bucket = await this.#storage.defaultBucket();
    let keys: string[] = [];
    for await (const { key } of this.#storage.listObjects(bucket, prefix)) {
      keys.push(key);
      if (keys.length < DELETED_AT_ONCE) continue;
      await this.#storage.deleteObjects(bucket, keys);
      keys = [];
    }
    await this.#storage.deleteObjects(bucket, keys);
  }
}
