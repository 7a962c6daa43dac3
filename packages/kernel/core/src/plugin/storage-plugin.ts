import type { PluginContext } from './compute-plugin.ts';
import type { ConfigSchema } from './config-schema.ts';
import type { NoticeBoard } from './notice-board.ts';

/** What a storage plugin's package exports by default (or as `storage`, where the package has a compute plugin too). */
export interface StoragePlugin<Config = unknown> {
  readonly api: number;
  readonly kind: 'storage';
  /** Name in configurations, snake case: `aws_s3`. */
  readonly name: string;
  /** URL of the module that exports the plugin, its `import.meta.url`: by it tasks find a storage that their client was given as a value. */
  readonly module?: string;
  readonly config: ConfigSchema<Config>;
  capabilities(config: Config): StorageCapabilities;
  /**
   * How the storage is reached from another file system of this machine, a container's: the folders that must be there, and
   * the section that finds them there. Absent: it is reached over the network, or not at all.
   */
  folders?(config: Config): StorageFolders;
  /** Bucket for jobs and CloudObjects when the user names none. */
  defaultBucket(config: Config): string | Promise<string>;
  create(config: Config, context: PluginContext): Promise<StorageBackend>;
}

/** See {@link StoragePlugin.folders}. */
export interface StorageFolders {
  /** Absolute paths; created when they are not there. */
  readonly paths: readonly string[];
  /** The section as tasks are to see it. */
  readonly section: Readonly<Record<string, unknown>>;
}

export interface StorageCapabilities {
  /** Whether `put` with `ifAbsent` is atomic among writers. */
  readonly conditionalPut: boolean;
  /** Whether `presign` exists. */
  readonly presign: boolean;
  /** Largest object in bytes. */
  readonly maxObjectBytes: number;
}

export type ObjectBody = Uint8Array | AsyncIterable<Uint8Array>;

/** First and last byte, both included. */
export type ByteRange = readonly [start: number, endInclusive: number];

export interface ObjectHead {
  readonly size: number;
  readonly etag?: string;
  readonly lastModified?: Date;
}

export interface ObjectEntry {
  readonly key: string;
  readonly size: number;
  readonly lastModified: Date;
}

/** The bytes of an object or of a range of it, and of which version they are. */
export interface ObjectStream extends AsyncIterable<Uint8Array> {
  /**
   * Size and etag of the whole object that is read, as the storage told them together with its bytes. With the etag, which is
   * that of `head`, a transfer that breaks goes on where it broke; with the size one that ends too early is noticed.
   */
  readonly object?: ObjectHead;
}

/**
 * The primitives below the Storage facade. A missing key or bucket is a `StorageNoSuchKeyError` in get and head;
 * deleting what is not there is no error. Other failures are `StorageError`s with their `reason`.
 */
export interface StorageBackend {
  /**
   * Writes an object whole: readers see the old object or the new one, never a part. Returns false when `ifAbsent` and the key exists.
   * With `durable` it outlives a crash of the machine once the promise resolves; services do so by themselves.
   */
  put(
    bucket: string,
    key: string,
    body: ObjectBody,
    options: { readonly ifAbsent?: boolean; readonly durable?: boolean; readonly signal?: AbortSignal },
  ): Promise<boolean>;
  /** Streams an object or a range of it. A range past the end is cut; one that starts past the end is empty. */
  get(
    bucket: string,
    key: string,
    options: { readonly range?: ByteRange; readonly signal?: AbortSignal },
  ): Promise<ObjectStream>;
  /** An aborted signal ends the wait in any case; here and below a backend need only use it where it saves work. */
  head(bucket: string, key: string, options?: { readonly signal?: AbortSignal }): Promise<ObjectHead>;
  delete(bucket: string, keys: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Every key that starts with `prefix` (a plain string, `foo` matches `foo/1` and `foobar`), in ascending order of UTF-8 bytes. */
  list(bucket: string, prefix: string, options: { readonly signal?: AbortSignal }): AsyncIterable<ObjectEntry>;
  /** No error when it exists already. */
  createBucket(bucket: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Whether the bucket exists and is reachable. */
  headBucket(bucket: string, options?: { readonly signal?: AbortSignal }): Promise<boolean>;
  /** An address that reads or writes the object without credentials. Whoever puts to it sends `x-ms-blob-type: BlockBlob`, which Azure demands. */
  presign?(
    bucket: string,
    key: string,
    options: { readonly method: 'GET' | 'PUT'; readonly expiresSeconds: number },
  ): Promise<string>;
  /** Where the service can tell others of news. Only a hint: what it does not carry is found by looking. */
  readonly notices?: NoticeBoard;
  [Symbol.asyncDispose](): Promise<void>;
}
