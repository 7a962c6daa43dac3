import {
  BlobSASPermissions,
  type BlobServiceClient,
  type ContainerClient,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import {
  type ByteRange,
  type ObjectBody,
  type ObjectEntry,
  type ObjectHead,
  type ObjectStream,
  type StorageBackend,
  StorageError,
} from '@lithops/core/plugin';
import { assertKey, DefaultBucket, forEachAtOnce, inUtf8Order, objectStream, resumedBytes } from '@lithops/kit-storage';
import { type Account, canSign } from './account.ts';
import { type Attempt, errorCode, statusOf, understood } from './azure-errors.ts';
import { assertContainerName, blobNames } from './blob-names.ts';
import { upload } from './upload.ts';

const DELETES_AT_ONCE = 32;

interface ListedBlob {
  readonly name: string;
  readonly size: number;
  readonly lastModified: Date;
}

/** Block blobs in the containers of a storage account. */
export class AzureStorage implements StorageBackend {
  readonly #service: BlobServiceClient;
  readonly #account: Account;
  readonly #defaultContainer: DefaultBucket;
  readonly #closing = new AbortController();
  readonly presign?: NonNullable<StorageBackend['presign']>;

  constructor(service: BlobServiceClient, account: Account, defaultContainer: string) {
    this.#service = service;
    this.#account = account;
    this.#defaultContainer = new DefaultBucket(defaultContainer, (bucket) => this.createBucket(bucket));
    if (canSign(account)) this.presign = (bucket, key, options) => this.#sign(bucket, key, options);
  }

  async put(
    bucket: string,
    key: string,
    body: ObjectBody,
    { ifAbsent = false, signal }: { readonly ifAbsent?: boolean; readonly signal?: AbortSignal },
  ): Promise<boolean> {
    const blob = this.#container(bucket).getBlockBlobClient(nameOf(key));
    signal?.throwIfAborted();
    await this.#defaultContainer.ready(bucket);
    return upload(blob, { what: `put ${bucket}/${key}`, bucket }, body, { ifAbsent, signal: this.#ended(signal) });
  }

  async get(
    bucket: string,
    key: string,
    { range, signal }: { readonly range?: ByteRange; readonly signal?: AbortSignal },
  ): Promise<ObjectStream> {
    const blob = this.#container(bucket).getBlobClient(nameOf(key));
    const attempt = { what: `get ${bucket}/${key}`, bucket, key };
    const abortSignal = this.#ended(signal);
    abortSignal.throwIfAborted();
    const [start, last] = range ?? [0, undefined];
    const download = async (from: number, count: number | undefined, etag: string | undefined) => {
      const conditions = etag === undefined ? {} : { conditions: { ifMatch: etag } };
      return blob.download(from, count, { abortSignal, maxRetryRequests: 0, ...conditions });
    };
    try {
      const opened = await download(start, last === undefined ? undefined : last - start + 1, undefined);
      const end = start + (opened.contentLength ?? 0);
      const bytes = resumedBytes(
        {
          name: `${bucket}/${key}`,
          start,
          end,
          opened: bytesOf(opened),
          open: async (position) => bytesOf(await download(position, end - position, opened.etag)),
          understood: (error) => understood({ ...attempt, what: `get ${bucket}/${key} to its end` }, error),
        },
        abortSignal,
      );
      const size = range === undefined ? end : sizeIn(opened.contentRange);
      return objectStream({ size, ...(opened.etag !== undefined && { etag: opened.etag }) }, bytes);
    } catch (error) {
      abortSignal.throwIfAborted();
      if (errorCode(error) === 'InvalidRange' || statusOf(error) === 416) return nothing();
      throw understood(attempt, error);
    }
  }

  async head(bucket: string, key: string): Promise<ObjectHead> {
    const blob = this.#container(bucket).getBlobClient(nameOf(key));
    const found = await this.#explained({ what: `look at ${bucket}/${key}`, bucket, key }, () =>
      blob.getProperties({ abortSignal: this.#closing.signal }),
    );
    const { contentLength = 0, etag, lastModified } = found;
    return { size: contentLength, ...(etag !== undefined && { etag }), ...(lastModified && { lastModified }) };
  }

  async delete(bucket: string, keys: readonly string[]): Promise<void> {
    const container = this.#container(bucket);
    const names = keys.map(nameOf);
    await this.#explained({ what: `delete objects of ${bucket}`, bucket }, () =>
      forEachAtOnce(names, DELETES_AT_ONCE, async (name) => {
        await container
          .getBlobClient(name)
          .deleteIfExists({ abortSignal: this.#closing.signal, deleteSnapshots: 'include' });
      }),
    );
  }

  async *list(
    bucket: string,
    prefix: string,
    { signal }: { readonly signal?: AbortSignal },
  ): AsyncGenerator<ObjectEntry, void, void> {
    const container = this.#container(bucket);
    signal?.throwIfAborted();
    if (!prefix.isWellFormed()) return; // no key is like that
    await this.#defaultContainer.ready(bucket);
    const abortSignal = this.#ended(signal);
    try {
      const pages = (start: string) => inUtf8Order(blobsOf(container, start, abortSignal), ({ name }) => name);
      for await (const { key, entry } of blobNames.list(prefix, pages)) {
        abortSignal.throwIfAborted();
        yield { key, size: entry.size, lastModified: entry.lastModified };
      }
    } catch (error) {
      abortSignal.throwIfAborted();
      throw understood({ what: `list ${bucket}/${prefix}`, bucket }, error);
    }
  }

  async createBucket(bucket: string): Promise<void> {
    const container = this.#container(bucket);
    await this.#explained({ what: `make container ${bucket}`, bucket }, async () => {
      await container.createIfNotExists({ abortSignal: this.#closing.signal });
    });
  }

  async headBucket(bucket: string): Promise<boolean> {
    const container = this.#container(bucket);
    return this.#explained({ what: `look at container ${bucket}`, bucket }, () =>
      container.exists({ abortSignal: this.#closing.signal }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new StorageError('the storage is closed'));
  }

  #container(name: string): ContainerClient {
    assertContainerName(name);
    return this.#service.getContainerClient(name);
  }

  #ended(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }

  async #sign(
    bucket: string,
    key: string,
    { method, expiresSeconds }: Parameters<NonNullable<StorageBackend['presign']>>[2],
  ): Promise<string> {
    const blob = this.#container(bucket).getBlobClient(nameOf(key));
    const expiresOn = new Date(Date.now() + expiresSeconds * 1000);
    const values = {
      containerName: bucket,
      blobName: blob.name,
      permissions: BlobSASPermissions.parse(method === 'GET' ? 'r' : 'cw'),
      protocol: this.#account.endpoint.startsWith('https:') ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
      expiresOn,
    };
    const { credentials, name } = this.#account;
    const signature =
      credentials.kind === 'key'
        ? generateBlobSASQueryParameters(values, new StorageSharedKeyCredential(name, credentials.key))
        : await this.#explained({ what: `sign an address of ${bucket}/${key}`, bucket }, async () => {
            // A little earlier: clocks differ.
            const startsOn = new Date(Date.now() - 300_000);
            const delegation = await this.#service.getUserDelegationKey(startsOn, expiresOn);
            return generateBlobSASQueryParameters({ ...values, startsOn }, delegation, name);
          });
    return `${blob.url}?${signature.toString()}`;
  }

  async #explained<Result>(attempt: Attempt, run: () => Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (error) {
      this.#closing.signal.throwIfAborted();
      throw understood(attempt, error);
    }
  }
}

function nameOf(key: string): string {
  assertKey(key);
  return blobNames.toName(key);
}

/** `bytes 0-9/1000` tells the size of the whole. */
function sizeIn(contentRange: string | undefined): number {
  return Number(contentRange?.split('/')[1]);
}

async function* blobsOf(
  container: ContainerClient,
  prefix: string,
  abortSignal: AbortSignal,
): AsyncGenerator<ListedBlob, void, void> {
  for await (const { name, properties } of container.listBlobsFlat({ abortSignal, ...(prefix !== '' && { prefix }) }))
    yield { name, size: properties.contentLength ?? 0, lastModified: properties.lastModified };
}

function bytesOf({
  readableStreamBody,
}: {
  readonly readableStreamBody?: NodeJS.ReadableStream;
}): AsyncIterable<Uint8Array> {
  return (readableStreamBody ?? nothing()) as AsyncIterable<Uint8Array>; // no encoding is set
}

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}
