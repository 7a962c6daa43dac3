import { setTimeout as delay } from 'node:timers/promises';
import { StorageError } from '@lithops/core/plugin';

const MOST_FAILURES = 4;
const FIRST_PAUSE_MS = 100;

/** One version of an object, from `start` up to `end` (not included), that can be asked for again from any place on. */
export interface ResumableObject {
  /** `bucket/key`, for messages. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Bytes from `start` on, where they were asked for already. */
  readonly opened?: AsyncIterable<Uint8Array>;
  /** Bytes of the same version from a position on. */
  readonly open: (position: number) => Promise<AsyncIterable<Uint8Array>>;
  /** Makes a failure of the store one that is understood. */
  readonly understood: (error: unknown) => unknown;
}

/**
 * The bytes of an object. A connection that is lost in the middle of them is made again, at the byte where it was lost;
 * given up when that fails several times in a row.
 * @throws StorageError; the reason of the signal.
 */
export async function* resumedBytes(
  object: ResumableObject,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const { name, start, end, open, understood } = object;
  let { opened } = object;
  let position = start;
  for (let failures = 0; position < end; ) {
    let failure: unknown;
    try {
      opened ??= await open(position);
      for await (const bytes of opened) {
        signal?.throwIfAborted();
        position += bytes.length;
        if (position > end) throw new StorageError(`${name} has more bytes than was said`);
        if (bytes.length > 0) yield bytes;
        failures = 0;
      }
      signal?.throwIfAborted();
      if (position === end) return;
      failure = new StorageError(`${name} ended ${end - position} bytes early`, { reason: 'unavailable' });
    } catch (error) {
      signal?.throwIfAborted();
      failure = understood(error);
    }
    const mayPass =
      failure instanceof StorageError && (failure.reason === 'unavailable' || failure.reason === 'throttled');
    if (!mayPass || ++failures === MOST_FAILURES) throw failure;
    opened = undefined;
    await delay(FIRST_PAUSE_MS * 2 ** failures * (0.75 + Math.random() / 2));
  }
}
