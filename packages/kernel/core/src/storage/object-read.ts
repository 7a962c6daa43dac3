import { StorageError } from '../errors/storage-error.ts';
import type { ByteRange, ObjectHead, ObjectStream } from '../plugin/storage-plugin.ts';
import type { StorageConnection } from './storage-connection.ts';
import { retrying, StorageAttempts, type StorageRetryPolicy } from './storage-retry.ts';

export interface ReadOptions {
  readonly range?: ByteRange;
  readonly signal?: AbortSignal;
}

/** An object that is being read, its version known where the storage tells it. */
export interface ObjectRead {
  readonly object: ObjectHead | undefined;
  /** How many bytes come, where it is known. */
  readonly length: number | undefined;
  /**
   * The bytes. A transfer that breaks goes on at the byte it had reached, in the same version of the object: the bytes of two are
   * never mixed. Where that cannot be, `restart` is called and all bytes come again; without it the read fails.
   */
  bytes(restart?: () => Promise<void> | void): AsyncIterableIterator<Uint8Array>;
}

/** Begins to read an object. @throws StorageNoSuchKeyError, StorageError */
export async function openRead(
  connection: StorageConnection,
  place: { readonly bucket: string; readonly key: string },
  options: ReadOptions,
  policy: StorageRetryPolicy,
): Promise<ObjectRead> {
  const { range, signal } = options;
  const get = async (from: number): Promise<ObjectStream> => {
    const { backend } = await connection.open();
    const rest = from === 0 ? range : rangeFrom(from, range);
    return backend.get(place.bucket, place.key, {
      ...(rest !== undefined && { range: rest }),
      ...(signal !== undefined && { signal }),
    });
  };
  const first = await retrying(() => get(0), policy, signal);
  return {
    object: first.object,
    length: lengthOf(first.object, range),
    bytes: (restart) =>
      closingUnread(first, resume(first, get, { ...place, range }, new StorageAttempts(policy, signal), restart)),
  };
}

/** A generator that is stopped before it has begun runs none of its code, and would leave what it was to read open. */
function closingUnread(
  first: ObjectStream,
  bytes: AsyncGenerator<Uint8Array, void, void>,
): AsyncIterableIterator<Uint8Array> {
  let begun = false;
  return {
    next() {
      begun = true;
      return bytes.next();
    },
    async return() {
      if (!begun) void letGo(first);
      return bytes.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Ends a stream whatever its iterator makes of a `return` before the first chunk. */
async function letGo(stream: ObjectStream): Promise<void> {
  try {
    for await (const _ of stream) break;
  } catch {
    // It has ended, if not well.
  }
}

async function* resume(
  first: ObjectStream,
  get: (from: number) => Promise<ObjectStream>,
  { bucket, key, range }: { readonly bucket: string; readonly key: string; readonly range: ByteRange | undefined },
  attempts: StorageAttempts,
  restart: (() => Promise<void> | void) | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  let stream: ObjectStream | undefined = first;
  let version = first.object;
  let received = 0;
  for (;;) {
    try {
      if (stream === undefined) {
        stream = await get(received);
        if (received > 0 && stream.object?.etag !== version?.etag) {
          void letGo(stream);
          if (restart === undefined) throw replaced(bucket, key);
          await restart();
          received = 0;
          stream = await get(0);
        }
        version = stream.object;
      }
      for await (const chunk of stream) {
        received += chunk.byteLength;
        attempts.progressed();
        yield chunk;
      }
      const length = lengthOf(version, range);
      if (length === undefined || received === length) return;
      throw new StorageError(`${bucket}/${key} ended after ${received} bytes of ${length}`, { reason: 'unavailable' });
    } catch (error) {
      const resumable = received === 0 || version?.etag !== undefined;
      await attempts.afterFailure(error, resumable || restart !== undefined);
      if (!resumable) {
        await restart?.();
        received = 0;
      }
      // It broke behind its last byte.
      if (received > 0 && received === lengthOf(version, range)) return;
      stream = undefined;
    }
  }
}

/** What is left of a range, or of the whole object, behind the bytes that have come. */
function rangeFrom(received: number, range: ByteRange | undefined): ByteRange {
  const [start, end] = range ?? [0, Number.MAX_SAFE_INTEGER];
  return [start + received, end];
}

function lengthOf(object: ObjectHead | undefined, range: ByteRange | undefined): number | undefined {
  if (object === undefined) return undefined;
  if (range === undefined) return object.size;
  const [start, end] = range;
  return Math.max(0, Math.min(end + 1, object.size) - start);
}

function replaced(bucket: string, key: string): StorageError {
  return new StorageError(`${bucket}/${key} was replaced while it was read, and the transfer had to be resumed`, {
    hint: 'read it again',
  });
}
