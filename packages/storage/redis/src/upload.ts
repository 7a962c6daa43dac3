import { randomUUID } from 'node:crypto';
import { type ObjectBody, StorageError } from '@lithops/core/plugin';
import { bodyParts, forEachAtOnce } from '@lithops/kit-storage';
import { CHUNK_BYTES, LEASE_MS, UPLOAD_MS } from './chunks.ts';
import type { BucketKeys } from './names.ts';
import type { RedisConnection } from './redis-connection.ts';
import { COMMIT, DROP, KEEP } from './scripts.ts';

const CHUNKS_AT_ONCE = 4;

export interface UploadTarget {
  readonly connection: RedisConnection;
  readonly keys: BucketKeys;
  readonly bucket: string;
  readonly key: string;
  readonly ifAbsent: boolean;
}

/**
 * Writes the chunks of a body under a name of their own, then makes them the object in one step. Chunks of an upload
 * that does not come to that end by themselves.
 * @returns false when there is an object and `ifAbsent` is set.
 */
export async function upload(
  target: UploadTarget,
  body: ObjectBody,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const id = randomUUID();
  const parts = bodyParts(body, CHUNK_BYTES, signal);
  const first = await nextOf(parts);
  const second = await nextOf(parts);
  if (second === undefined) {
    signal?.throwIfAborted();
    return commit(target, id, { size: first?.length ?? 0, count: first === undefined ? 0 : 1, bytes: first });
  }
  const written = { size: 0, count: 0 };
  const { connection, keys, bucket, key } = target;
  const timer = setInterval(() => {
    const args = [keys.chunk + id, String(written.count), String(UPLOAD_MS)];
    connection.script(`put ${bucket}/${key}`, KEEP, [], args).catch(() => {}); // the put itself tells
  }, UPLOAD_MS / 4);
  try {
    await forEachAtOnce(chain([first, second], parts), CHUNKS_AT_ONCE, async (part, index) => {
      written.size += part.length;
      written.count = index + 1;
      const name = `${keys.chunk}${id}:${index}`;
      await connection.command(`put ${bucket}/${key}`, ['SET', name, bufferOf(part), 'PX', String(UPLOAD_MS)]);
    });
    signal?.throwIfAborted();
    const done = await commit(target, id, written);
    if (!done) await drop(target, id, written.count);
    return done;
  } catch (error) {
    await drop(target, id, written.count);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

async function commit(
  { connection, keys, bucket, key, ifAbsent }: UploadTarget,
  id: string,
  { size, count, bytes }: { readonly size: number; readonly count: number; readonly bytes?: Uint8Array | undefined },
): Promise<boolean> {
  const numbers = [size, count, CHUNK_BYTES, ifAbsent ? 1 : 0].map(String);
  const args = [key, id, ...numbers, keys.chunk, keys.readers, String(LEASE_MS)];
  const outcome = await connection.script(
    `put ${bucket}/${key}`,
    COMMIT,
    [keys.bucket, keys.index, keys.object + key],
    bytes === undefined ? args : [...args, bufferOf(bytes)],
  );
  switch (String(outcome)) {
    case 'done':
      return true;
    case 'exists':
      return false;
    case 'no-bucket':
      throw noSuchBucket(bucket);
    default:
      throw new StorageError(`could not put ${bucket}/${key}: a part of it was lost before it was complete`, {
        hint: 'the server evicts keys (maxmemory-policy), or was started anew meanwhile',
      });
  }
}

export function noSuchBucket(bucket: string): StorageError {
  return new StorageError(`there is no bucket '${bucket}'`, {
    hint: 'make it with createBucket',
    reason: 'no-such-bucket',
  });
}

/** What cannot be removed now ends by itself. */
async function drop({ connection, keys, bucket, key }: UploadTarget, id: string, count: number): Promise<void> {
  await connection.script(`end putting ${bucket}/${key}`, DROP, [], [keys.chunk + id, String(count)]).catch(() => {});
}

async function nextOf(parts: AsyncGenerator<Uint8Array, void, void>): Promise<Uint8Array | undefined> {
  const { done, value } = await parts.next();
  return done === true ? undefined : value;
}

async function* chain(
  begun: readonly (Uint8Array | undefined)[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  for (const part of begun) if (part !== undefined) yield part;
  yield* rest;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
