import { type ByteRange, StorageError } from '@lithops/core/plugin';

/** Longest key in bytes of UTF-8: the limit of most stores, so that a key that works in one works in the others. */
const LONGEST_KEY = 1024;

/** @throws StorageError for what can be no key. */
export function assertKey(key: string): void {
  if (key === '') throw new StorageError('an object needs a key that is not empty');
  if (!key.isWellFormed())
    throw new StorageError(`key ${JSON.stringify(key)} holds half of a surrogate pair and is no text`);
  const bytes = Buffer.byteLength(key);
  if (bytes <= LONGEST_KEY) return;
  const start = JSON.stringify(`${key.slice(0, 40)}...`);
  throw new StorageError(`key ${start} is ${bytes} bytes long; ${LONGEST_KEY} are allowed`, { reason: 'too-large' });
}

/** The part of an object of `size` bytes that a range names: from `start` up to `end`, which is not included. */
export function clipRange(
  range: ByteRange | undefined,
  size: number,
): { readonly start: number; readonly end: number } {
  const [start, last] = range ?? [0, size - 1];
  const end = Math.min(last + 1, size);
  return { start: Math.min(start, end), end };
}
