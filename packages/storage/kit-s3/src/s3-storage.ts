import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import {
  type ByteRange,
  type ObjectBody,
  type ObjectEntry,
  type ObjectHead,
  type ObjectStream,
  type PluginLogger,
  type StorageBackend,
  StorageError,
} from '@lithops/core/plugin';
import { assertKey } from '@lithops/kit-storage';
import { BodyError } from './abortable-bytes.ts';
import { AUTOMATIC_PREFIX, type AutomaticBucket } from './automatic-bucket.ts';
import { type BucketOptions, bucketExists, createBucket, ensureBucket } from './bucket.ts';
import { deleteObjects } from './delete-objects.ts';
import { listObjects } from './list-objects.ts';
import { type ByteSource, ObjectBytes } from './object-bytes.ts';
import { createPresigningClient, createS3Client, type S3ConnectionOptions } from './s3-client.ts';
import { failureOf, isMissing, toReadError, toStorageError } from './s3-errors.ts';
import type { S3Service } from './s3-service.ts';
import { upload } from './upload.ts';

export interface S3StorageOptions extends S3ConnectionOptions, Partial<BucketOptions> {
  readonly service: S3Service;
  /** The bucket for who names none; asked for when something is put into a bucket that may be it. Absent: the user has named one. */
  readonly automaticBucket?: () => Promise<AutomaticBucket>;
  /** False: the server may overlook `If-None-Match`, and is asked first whether the object exists. */
  readonly conditionalPut: boolean;
  readonly logger: PluginLogger;
  /** Ends all that is under way. */
  readonly signal: AbortSignal;
}

interface Signalled {
  readonly signal?: AbortSignal;
}

/** A week, by the rules of signatures. */
const LONGEST_PRESIGN_SECONDS = 604_800;

/** Objects in whatever speaks S3. */
export class S3Storage implements StorageBackend {
  /** Not with bearer tokens: an address cannot carry one. */
  readonly presign?: NonNullable<StorageBackend['presign']>;
  readonly #options: S3StorageOptions & BucketOptions;
  readonly #client: S3Client;
  readonly #closing = new AbortController();
  readonly #reading = new Set<ObjectBytes>();
  readonly #writing = new Set<Promise<unknown>>();
  #presigner: S3Client | undefined;
  #ensured: Promise<void> | undefined;

  /** @throws StorageError when no region is to be found. */
  static async open(options: S3StorageOptions): Promise<S3Storage> {
    const storage = new S3Storage(options);
    try {
      await storage.#client.config.region();
      return storage;
    } catch (error) {
      await storage[Symbol.asyncDispose]();
      throw toStorageError(options.service, { action: 'be reached', bucket: '' }, error);
    }
  }

  private constructor(options: S3StorageOptions) {
    this.#options = { locationOf: () => undefined, creationHeaders: {}, expiresUploads: false, ...options };
    this.#client = createS3Client(options);
    if (options.bearerToken === undefined) this.presign = this.#presign;
  }

  async put(
    bucket: string,
    key: string,
    body: ObjectBody,
    { ifAbsent = false, signal: given }: { readonly ifAbsent?: boolean; readonly signal?: AbortSignal },
  ): Promise<boolean> {
    const signal = this.#signal(given);
    const putting = this.#explained({ action: `put ${bucket}/${key}`, bucket }, signal, async () => {
      assertKey(key);
      await this.#ensure(bucket);
      if (ifAbsent && !this.#options.conditionalPut && (await this.#exists(bucket, key, signal))) return false;
      return upload(this.#client, { bucket, key, body, ifAbsent, signal });
    });
    this.#writing.add(putting);
    try {
      return await putting;
    } finally {
      this.#writing.delete(putting);
    }
  }

  async get(
    bucket: string,
    key: string,
    { range, signal: given }: { readonly range?: ByteRange; readonly signal?: AbortSignal },
  ): Promise<ObjectStream> {
    const signal = this.#signal(given);
    const explain = (error: unknown) =>
      toReadError(this.#options.service, { action: `get ${bucket}/${key}`, bucket, key }, error);
    try {
      signal.throwIfAborted();
      assertKey(key);
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(range !== undefined && { Range: `bytes=${range[0]}-${range[1]}` }),
      });
      const { Body, ...head } = await this.#client.send(command, { abortSignal: signal });
      if (Body === undefined) throw new StorageError(`${this.#options.service.name} gave no bytes of ${bucket}/${key}`);
      const bytes = new ObjectBytes({
        source: Body as ByteSource, // so it is in Node
        object: objectHead(head),
        explain,
        signal,
        ended: (ended) => this.#reading.delete(ended),
      });
      this.#reading.add(bytes);
      return bytes;
    } catch (error) {
      signal.throwIfAborted();
      if (failureOf(error).status === 416) return noBytes();
      throw explain(error);
    }
  }

  async head(bucket: string, key: string, { signal: given }: Signalled = {}): Promise<ObjectHead> {
    const signal = this.#signal(given);
    try {
      signal.throwIfAborted();
      assertKey(key);
      return objectHead(
        await this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal }),
      );
    } catch (error) {
      signal.throwIfAborted();
      throw toReadError(this.#options.service, { action: `look at ${bucket}/${key}`, bucket, key }, error);
    }
  }

  async delete(bucket: string, keys: readonly string[], { signal: given }: Signalled = {}): Promise<void> {
    const signal = this.#signal(given);
    const action = keys.length === 1 ? `delete ${bucket}/${keys[0]}` : `delete ${keys.length} objects in ${bucket}`;
    await this.#explained({ action, bucket }, signal, async () => {
      for (const key of keys) assertKey(key);
      await deleteObjects(this.#client, bucket, keys, signal);
    });
  }

  async *list(
    bucket: string,
    prefix: string,
    { signal: given }: { readonly signal?: AbortSignal },
  ): AsyncGenerator<ObjectEntry, void, void> {
    const signal = this.#signal(given);
    try {
      signal.throwIfAborted();
      await this.#ensure(bucket);
      yield* listObjects(this.#client, bucket, prefix, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw toStorageError(this.#options.service, { action: `list ${bucket}/${prefix}`, bucket }, error);
    }
  }

  async createBucket(bucket: string, { signal: given }: Signalled = {}): Promise<void> {
    const signal = this.#signal(given);
    await this.#explained({ action: `make bucket ${bucket}`, bucket }, signal, () =>
      createBucket(this.#client, bucket, this.#options, signal),
    );
  }

  async headBucket(bucket: string, { signal: given }: Signalled = {}): Promise<boolean> {
    const signal = this.#signal(given);
    return this.#explained({ action: `look at bucket ${bucket}`, bucket }, signal, () =>
      bucketExists(this.#client, bucket, signal),
    );
  }

  /** Ends all that is under way; uploads remove their parts first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new StorageError('the storage was closed'));
    for (const bytes of this.#reading) bytes.close();
    await Promise.allSettled(this.#writing);
    this.#client.destroy();
    this.#presigner?.destroy();
  }

  #signal(given: AbortSignal | undefined): AbortSignal {
    const all = [this.#closing.signal, this.#options.signal, ...(given === undefined ? [] : [given])];
    return AbortSignal.any(all);
  }

  async #exists(bucket: string, key: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
      return true;
    } catch (error) {
      if (isMissing(failureOf(error))) return false;
      throw error;
    }
  }

  async #ensure(bucket: string): Promise<void> {
    const { automaticBucket, service, logger } = this.#options;
    if (automaticBucket === undefined || !bucket.startsWith(AUTOMATIC_PREFIX)) return;
    const automatic = await automaticBucket();
    if (automatic.name !== bucket) return;
    const signal = this.#closing.signal;
    this.#ensured ??= ensureBucket(this.#client, automatic, this.#options, {
      signal,
      logger,
      section: service.section,
    });
    try {
      await this.#ensured;
    } catch (error) {
      this.#ensured = undefined;
      throw error;
    }
  }

  readonly #presign: NonNullable<StorageBackend['presign']> = async (bucket, key, { method, expiresSeconds }) => {
    if (!(expiresSeconds >= 1 && expiresSeconds <= LONGEST_PRESIGN_SECONDS))
      throw new RangeError(`an address is good for 1 to ${LONGEST_PRESIGN_SECONDS} seconds, not ${expiresSeconds}`);
    return this.#explained({ action: `sign for ${bucket}/${key}`, bucket }, this.#closing.signal, async () => {
      this.#presigner ??= createPresigningClient(this.#options);
      const input = { Bucket: bucket, Key: key };
      const command = method === 'GET' ? new GetObjectCommand(input) : new PutObjectCommand(input);
      return getSignedUrl(this.#presigner, command, { expiresIn: expiresSeconds });
    });
  };

  /** Runs a request; of its errors the body's own and ours pass as they are, those of the SDK are explained. */
  async #explained<Result>(
    request: { readonly action: string; readonly bucket: string },
    signal: AbortSignal,
    run: () => Promise<Result>,
  ): Promise<Result> {
    try {
      signal.throwIfAborted();
      return await run();
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof BodyError ? error.cause : toStorageError(this.#options.service, request, error);
    }
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array, void, void> {}

/** Of a whole object, also where only a range of it came. */
function objectHead({
  ContentLength = 0,
  ContentRange,
  ETag,
  LastModified,
}: Pick<GetObjectCommandOutput, 'ContentLength' | 'ContentRange' | 'ETag' | 'LastModified'>): ObjectHead {
  const whole = /\/(\d+)$/.exec(ContentRange ?? '')?.[1];
  return {
    size: whole === undefined ? ContentLength : Number(whole),
    ...(ETag !== undefined && { etag: ETag }),
    ...(LastModified !== undefined && { lastModified: LastModified }),
  };
}
