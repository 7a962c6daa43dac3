import { StorageError, unlessAborted } from '@lithops/core/plugin';
import { LEASE_MS } from './chunks.ts';
import type { BucketKeys } from './names.ts';
import type { RedisConnection } from './redis-connection.ts';
import { CLOSE, RENEW } from './scripts.ts';

/** A part of an object that is being read. */
export interface OpenObject {
  readonly connection: RedisConnection;
  readonly keys: BucketKeys;
  readonly bucket: string;
  readonly key: string;
  /** The upload that was the object when it was opened; what is put under the key meanwhile is another. */
  readonly upload: string;
  readonly chunkCount: number;
  readonly chunkBytes: number;
  readonly reader: string;
  /** The bytes from `start` on that came with the opening. */
  readonly firstBytes: Buffer;
  readonly start: number;
  /** After the last byte. */
  readonly end: number;
}

/**
 * The bytes, a chunk at a time and one ahead. Chunks are kept on the server for this reader until it ends, though the
 * object is replaced or deleted.
 * @throws StorageError when they are not there any more.
 */
export async function* readObject(
  object: OpenObject,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  if (object.end <= object.start) return;
  const end = object.start + object.firstBytes.length;
  if (end < Math.min(object.end, (Math.floor(object.start / object.chunkBytes) + 1) * object.chunkBytes))
    throw lost(object);
  try {
    let ahead = readChunk(object, end);
    let renewed = performance.now();
    signal?.throwIfAborted();
    yield object.firstBytes;
    while (ahead !== undefined) {
      const { bytes, next } = await unlessAborted(ahead, signal);
      ahead = readChunk(object, next);
      if (ahead !== undefined && performance.now() - renewed > LEASE_MS / 5) {
        renewed = performance.now();
        await renew(object, next);
      }
      yield bytes;
      signal?.throwIfAborted();
    }
  } finally {
    await close(object);
  }
}

interface ReadChunk {
  readonly bytes: Buffer;
  /** Where to read on. */
  readonly next: number;
}

/** From a position to the end of its chunk; undefined when there is nothing more. */
function readChunk(object: OpenObject, position: number): Promise<ReadChunk> | undefined {
  if (position >= object.end) return undefined;
  const reading = (async () => {
    const { connection, keys, upload, chunkBytes } = object;
    const number = Math.floor(position / chunkBytes);
    const offset = position - number * chunkBytes;
    const length = Math.min(chunkBytes - offset, object.end - position);
    const name = `${keys.chunk}${upload}:${number}`;
    const range = [String(offset), String(offset + length - 1)];
    const bytes = await connection.command(`get ${object.bucket}/${object.key}`, ['GETRANGE', name, ...range]);
    if (!(bytes instanceof Buffer) || bytes.length !== length) throw lost(object);
    return { bytes, next: position + length };
  })();
  reading.catch(() => {}); // told when it is awaited, if it ever is
  return reading;
}

async function renew(object: OpenObject, position: number): Promise<void> {
  const { connection, keys, upload, chunkCount, chunkBytes, reader } = object;
  const from = Math.floor(position / chunkBytes);
  const args = [upload, String(from), String(chunkCount), keys.chunk, keys.readers, reader, String(LEASE_MS)];
  await connection.script(`get ${object.bucket}/${object.key}`, RENEW, [keys.object + object.key], args);
}

/** What cannot be told to the server now ends by itself. */
async function close({
  connection,
  keys,
  key,
  bucket,
  upload,
  chunkCount,
  reader,
  start,
  end,
  chunkBytes,
}: OpenObject): Promise<void> {
  if (end <= (Math.floor(start / chunkBytes) + 1) * chunkBytes) return; // came with the opening: never noted as a reader
  const args = [upload, String(chunkCount), keys.chunk, keys.readers, reader];
  await connection.script(`end reading ${bucket}/${key}`, CLOSE, [keys.object + key], args).catch(() => {});
}

function lost({ bucket, key }: OpenObject): StorageError {
  return new StorageError(`${bucket}/${key} cannot be read on: a part of it is not there any more`, {
    hint: `it was replaced or deleted while the reader paused for more than ${LEASE_MS / 60_000} minutes, or the server evicts keys (maxmemory-policy)`,
  });
}
