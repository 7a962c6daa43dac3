import { StorageError } from '../errors/storage-error.ts';
import { StorageNoSuchKeyError } from '../errors/storage-no-such-key-error.ts';
import type { Storage } from '../storage/storage.ts';
import { type FoundFile, filesAt, filesMatching } from './list-files.ts';
import { mapInOrder } from './map-in-order.ts';
import type { ParsedSource } from './object-source.ts';
import { probeUrl } from './reading/http-object.ts';

/** An object to be divided. */
export interface FoundObject {
  readonly place:
    | { readonly backend: string; readonly bucket: string; readonly key: string }
    | { readonly url: string }
    | { readonly path: string };
  /** Absent where a server does not tell. */
  readonly size?: number;
  /** Whether it can be read in parts. */
  readonly divisible: boolean;
  readonly etag?: string;
  /** ms since the epoch. */
  readonly lastModified?: number;
}

export interface ObjectSearch {
  storageOf(backend: string): Storage;
  readonly signal: AbortSignal | undefined;
}

/** Servers and storages asked at once. */
const AT_ONCE = 16;
/** What Lithops itself puts into buckets. */
const OWN_KEYS = /^lithops\.(?:jobs|runtimes)\//;

/** The objects of all sources, in their order. @throws StorageError for a source in which there is none. */
export async function* findObjects(
  sources: readonly ParsedSource[],
  search: ObjectSearch,
): AsyncGenerator<FoundObject, void, void> {
  // Each source that is one object costs a request; lists are read as they are needed.
  const found = mapInOrder(sources, AT_ONCE, async (source) => ({ source, objects: await lookUp(source, search) }));
  for await (const { source, objects } of found) {
    let none = true;
    for await (const object of objects) {
      search.signal?.throwIfAborted();
      none = false;
      yield object;
    }
    if (none)
      throw new StorageError(`no objects were found at ${source.name}`, {
        reason: 'no-such-key',
        hint: hintFor(source),
      });
  }
}

async function lookUp(
  source: ParsedSource,
  search: ObjectSearch,
): Promise<Iterable<FoundObject> | AsyncIterable<FoundObject>> {
  switch (source.kind) {
    case 'key':
      return [await lookUpKey(source, search)];
    case 'url':
      return [await lookUpUrl(source.url, search)];
    case 'keys':
      return listKeys(source, search);
    case 'file':
      return toObjects(filesAt(source.path));
    case 'files':
      return toObjects(filesMatching(source.folder, source.pattern));
  }
}

async function lookUpKey(
  { name, backend, bucket, key }: ParsedSource & { readonly kind: 'key' },
  { storageOf }: ObjectSearch,
): Promise<FoundObject> {
  const storage = storageOf(backend);
  try {
    const { size, etag, lastModified } = await storage.headObject(bucket, key);
    return {
      place: { backend, bucket, key },
      size,
      divisible: true,
      ...(etag !== undefined && { etag }),
      ...(lastModified !== undefined && { lastModified: lastModified.getTime() }),
    };
  } catch (error) {
    if (error instanceof StorageNoSuchKeyError && (await isPrefix(storage, bucket, `${key}/`)))
      throw new StorageNoSuchKeyError(bucket, key, {
        hint: `for all objects below it write '${name}/', with the slash at the end`,
        cause: error,
      });
    throw error;
  }
}

async function isPrefix(storage: Storage, bucket: string, prefix: string): Promise<boolean> {
  try {
    for await (const _ of storage.listObjects(bucket, prefix)) return true;
  } catch {
    // Told by the error that led here.
  }
  return false;
}

async function lookUpUrl(url: string, { signal }: ObjectSearch): Promise<FoundObject> {
  const { size, ranges, etag, lastModified } = await probeUrl(url, signal);
  return {
    place: { url },
    divisible: ranges,
    ...(size !== undefined && { size }),
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
  };
}

async function* listKeys(
  { backend, bucket, prefix, pattern }: ParsedSource & { readonly kind: 'keys' },
  { storageOf }: ObjectSearch,
): AsyncGenerator<FoundObject, void, void> {
  for await (const { key, size, lastModified } of storageOf(backend).listObjects(bucket, prefix)) {
    // Consoles of storages show such an empty object as a folder.
    if (size === 0 && key.endsWith('/')) continue;
    if (OWN_KEYS.test(key) && !OWN_KEYS.test(prefix)) continue;
    if (pattern?.matches(key) === false) continue;
    yield { place: { backend, bucket, key }, size, divisible: true, lastModified: lastModified.getTime() };
  }
}

async function* toObjects(files: AsyncIterable<FoundFile>): AsyncGenerator<FoundObject, void, void> {
  for await (const { path, size, lastModified } of files)
    yield { place: { path }, size, divisible: true, lastModified };
}

function hintFor(source: ParsedSource): string {
  switch (source.kind) {
    case 'file':
      return `there is no ${source.path}`;
    case 'files':
      return `no file below ${source.folder} matches; * stands for any characters but /, ** for any`;
    case 'keys':
      return source.pattern === undefined
        ? `bucket ${source.bucket} has no key that begins with '${source.prefix}'`
        : `bucket ${source.bucket} has no key that matches; * stands for any characters but /, ** for any`;
    default:
      return 'see whether it is there';
  }
}
