import { randomUUID } from 'node:crypto';
import type { Bucket, File } from '@google-cloud/storage';
import {
  type ByteRange,
  type ObjectBody,
  type ObjectEntry,
  type ObjectHead,
  type ObjectStream,
  type StorageBackend,
  StorageError,
  unlessAborted,
} from '@lithops/core/plugin';
import { assertKey, bodyParts, DefaultBucket, forEachAtOnce, letGo } from '@lithops/kit-storage';
import type { GcpClient } from './gcp-client.ts';
import { type Attempt, statusOf, understood } from './gcp-errors.ts';
import { openDownload } from './object-download.ts';
import { objectsOf } from './object-listing.ts';
import { assertBucketName, objectNames } from './object-names.ts';
import { uploadParts } from './resumable-upload.ts';
import { uploadWhole } from './whole-upload.ts';

const PART_BYTES = 8 * 1024 * 1024;
const DELETES_AT_ONCE = 32;
/** Metadata by which a writer knows its own object again. */
const UPLOAD = 'lithops-upload';

/** Objects in buckets of Google Cloud Storage. */
export class GcpStorage implements StorageBackend {
  readonly #client: GcpClient;
  readonly #region: string | undefined;
  readonly #defaultBucket: DefaultBucket;
  readonly #closing = new AbortController();

  constructor(client: GcpClient, region: string | undefined, defaultBucket: string) {
    this.#client = client;
    this.#region = region;
    this.#defaultBucket = new DefaultBucket(defaultBucket, (bucket) => this.createBucket(bucket));
  }

  async put(
    bucket: string,
    key: string,
    body: ObjectBody,
    { ifAbsent = false, signal }: { readonly ifAbsent?: boolean; readonly signal?: AbortSignal },
  ): Promise<boolean> {
    const file = this.#file(bucket, key);
    const attempt = { what: `put ${bucket}/${key}`, bucket };
    const ended = this.#ended(signal);
    ended.throwIfAborted();
    await this.#defaultBucket.ready(bucket);
    const metadata = ifAbsent ? { [UPLOAD]: randomUUID() } : {};
    const upload = {
      ...{ bucket, name: file.name, ifAbsent, metadata },
      understood: (error: unknown) => understood(attempt, error),
    };
    try {
      if (body instanceof Uint8Array && body.length <= PART_BYTES) {
        await uploadWhole(this.#client, upload, body, ended);
        return true;
      }
      if (ifAbsent && (await unlessAborted(file.exists(), ended))[0]) {
        await letGo(body);
        return false;
      }
      await uploadParts(this.#client, upload, bodyParts(body, PART_BYTES, ended), ended);
      return true;
    } catch (error) {
      ended.throwIfAborted();
      if (ifAbsent && statusOf(error) === 412) return this.#isOurs(attempt, file, metadata[UPLOAD]);
      throw understood(attempt, error);
    }
  }

  async get(
    bucket: string,
    key: string,
    { range, signal }: { readonly range?: ByteRange; readonly signal?: AbortSignal },
  ): Promise<ObjectStream> {
    const file = this.#file(bucket, key);
    const ended = this.#ended(signal);
    ended.throwIfAborted();
    const attempt = { what: `get ${bucket}/${key}`, bucket, key };
    return openDownload(this.#client, { bucket, name: file.name, range, attempt }, ended);
  }

  async head(bucket: string, key: string): Promise<ObjectHead> {
    const file = this.#file(bucket, key);
    const [found] = await this.#explained({ what: `look at ${bucket}/${key}`, bucket, key }, () => file.getMetadata());
    return {
      size: Number(found.size),
      ...(found.generation !== undefined && { etag: String(found.generation) }),
      ...(found.updated !== undefined && { lastModified: new Date(found.updated) }),
    };
  }

  async delete(bucket: string, keys: readonly string[]): Promise<void> {
    assertBucketName(bucket);
    const files = keys.map((key) => this.#file(bucket, key));
    await this.#explained({ what: `delete objects of ${bucket}`, bucket }, () =>
      forEachAtOnce(files, DELETES_AT_ONCE, async (file) => {
        await file.delete({ ignoreNotFound: true });
      }),
    );
  }

  async *list(
    bucket: string,
    prefix: string,
    { signal }: { readonly signal?: AbortSignal },
  ): AsyncGenerator<ObjectEntry, void, void> {
    const objects = this.#bucket(bucket);
    const ended = this.#ended(signal);
    ended.throwIfAborted();
    if (!prefix.isWellFormed()) return; // no key is like that
    await this.#defaultBucket.ready(bucket);
    try {
      for await (const { key, entry } of objectNames.list(prefix, (start) => objectsOf(objects, start, ended))) {
        ended.throwIfAborted();
        yield { key, size: Number(entry.size), lastModified: new Date(entry.updated) };
      }
    } catch (error) {
      ended.throwIfAborted();
      throw understood({ what: `list ${bucket}/${prefix}`, bucket }, error);
    }
  }

  async createBucket(bucket: string): Promise<void> {
    assertBucketName(bucket);
    const options = this.#region === undefined ? {} : { location: this.#region };
    await this.#explained({ what: `make bucket ${bucket}`, bucket }, async () => {
      try {
        await this.#client.storage.createBucket(bucket, options);
      } catch (error) {
        // It may be ours, or anybody's.
        if (statusOf(error) !== 409 || !(await this.headBucket(bucket))) throw error;
      }
    });
  }

  async headBucket(bucket: string): Promise<boolean> {
    const found = this.#bucket(bucket);
    return (await this.#explained({ what: `look at bucket ${bucket}`, bucket }, () => found.exists()))[0];
  }

  async presign(
    bucket: string,
    key: string,
    { method, expiresSeconds }: Parameters<NonNullable<StorageBackend['presign']>>[2],
  ): Promise<string> {
    const file = this.#file(bucket, key);
    const action = method === 'GET' ? 'read' : 'write';
    const expires = Date.now() + expiresSeconds * 1000;
    const attempt = { what: `sign an address of ${bucket}/${key}`, bucket };
    return (await this.#explained(attempt, () => file.getSignedUrl({ version: 'v4', action, expires })))[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new StorageError('the storage is closed'));
  }

  #bucket(name: string): Bucket {
    assertBucketName(name);
    return this.#client.storage.bucket(name);
  }

  #file(bucket: string, key: string): File {
    assertKey(key);
    return this.#bucket(bucket).file(objectNames.toName(key));
  }

  #ended(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }

  /** Whether the first of two requests, whose answer was lost, has written it. */
  async #isOurs(attempt: Attempt, file: File, id: string | undefined): Promise<boolean> {
    const [found] = await this.#explained(attempt, () => file.getMetadata());
    return id !== undefined && found.metadata?.[UPLOAD] === id;
  }

  #explained<Result>(attempt: Attempt, run: () => Promise<Result>): Promise<Result> {
    const running = run().catch((error: unknown) => {
      throw understood(attempt, error);
    });
    return unlessAborted(running, this.#closing.signal);
  }
}
