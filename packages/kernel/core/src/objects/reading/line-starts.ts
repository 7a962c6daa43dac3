import { type ByteSource, readAll } from './byte-source.ts';
import type { Newline } from './newline.ts';

/** Most lines end within the first of these. */
const FIRST_WINDOW = 16 * 1024;
const LARGEST_WINDOW = 4 * 1024 * 1024;

export interface LineStart {
  readonly position: number;
  /** The bytes before it, from where it was looked for; absent where they are many. */
  readonly before?: Buffer;
}

/**
 * Where the first line begins that begins at `position` or later, and before `limit`; undefined when none does.
 * A line begins at 0 and after each newline, but not at the end of the object. Reads no more than it has to.
 * @param position greater than 0
 * @param limit at most the object's size
 * @param signal ends the search, which then finds nothing
 */
export async function lineStartFrom(
  source: ByteSource,
  position: number,
  limit: number,
  newline: Newline,
  signal?: AbortSignal,
): Promise<LineStart | undefined> {
  let from = newline.overlapsItself
    ? await lineBoundaryBefore(source, position, limit, newline)
    : Math.max(0, position - newline.length);
  let window = Math.max(FIRST_WINDOW, newline.length * 4);
  for (let windows = 1; from < limit && signal?.aborted !== true; windows++) {
    const end = Math.min(limit, from + window);
    const bytes = await readAll(source, from, end);
    let cursor = 0;
    for (let next = newline.endOfFirst(bytes, 0); next >= 0; next = newline.endOfFirst(bytes, next)) {
      const found = from + next;
      if (found >= limit) return undefined;
      if (found >= position)
        return { position: found, ...(windows === 1 && { before: bytes.subarray(position - from, next) }) };
      cursor = next;
    }
    if (end === limit) return undefined;
    // A newline may lie across the end of the window.
    from = Math.max(from + cursor, end - newline.length + 1);
    window = Math.max(window, Math.min(window * 4, LARGEST_WINDOW));
  }
  return undefined;
}

/**
 * A place before `position` that lies inside of no newline, whatever comes before it. From there on newlines are found as
 * they are from the object's beginning.
 */
async function lineBoundaryBefore(
  source: ByteSource,
  position: number,
  size: number,
  newline: Newline,
): Promise<number> {
  const { bytes: sequence, length } = newline;
  const window = Math.max(FIRST_WINDOW, length * 4);
  let place = position - 1;
  while (place > 0) {
    const start = Math.max(0, place - window);
    const bytes = await readAll(source, start, Math.min(size, place + length));
    while (place - length + 1 >= start || start === 0) {
      if (place === 0) return 0;
      // The last newline that begins before the place.
      const found = start + bytes.lastIndexOf(sequence, place - 1 - start);
      if (found < start || found + length <= place) return place;
      place = found;
    }
  }
  return place;
}
