import type { PartitionFields } from '../object-partition.ts';
import type { ByteSource, ChunkMemory } from './byte-source.ts';
import { type LineStart, lineStartFrom } from './line-starts.ts';
import { Newline } from './newline.ts';
import { openSource } from './open-source.ts';

/**
 * The bytes of a partition.
 * @param memory of the chunks; `reused`: each is done with before the next is asked for
 * @throws StorageError, StorageNoSuchKeyError
 */
export async function* partitionBytes(
  partition: PartitionFields,
  memory: ChunkMemory = 'own',
): AsyncGenerator<Uint8Array, void, void> {
  await using source = await openSource(partition);
  const { range, objectSize, newline } = partition;
  const [start, end] = range === undefined ? [0, objectSize] : [range[0], range[1] + 1];
  const size = objectSize ?? end;
  if (end === undefined || size === undefined || newline === null || (start === 0 && end === size)) {
    const chunks = await source.open(start, end, memory);
    // Nothing is given before it is known to be of the right version.
    await source.verify();
    yield* chunks;
    return;
  }
  yield* wholeLines(source, { start, end, size }, new Newline(newline), memory);
}

export interface Place {
  readonly start: number;
  /** After the last byte. */
  readonly end: number;
  /** Of the object. */
  readonly size: number;
}

/** The lines that begin in `[start, end)`, each whole. */
export async function* wholeLines(
  source: ByteSource,
  place: Place,
  newline: Newline,
  memory: ChunkMemory = 'own',
): AsyncGenerator<Uint8Array, void, void> {
  const { end, size } = place;
  const searching = new AbortController();
  // At the same time as the rest: on a distant storage a request takes longer than its bytes.
  const following = end === size ? undefined : lineStartFrom(source, end, size, newline, searching.signal);
  following?.catch(() => {}); // told below, unless there is nothing to follow
  const body = await bodyFromFirstLine(source, place, newline, memory);
  const first = await body.next();
  if (first.done === true) {
    searching.abort();
    await source.verify();
    return;
  }
  const next: LineStart | undefined = await following;
  await source.verify();
  yield first.value;
  yield* body;
  if (next?.before !== undefined) {
    yield next.before;
    return;
  }
  const stop = next?.position ?? size;
  if (stop === end) return;
  const rest = await source.open(end, stop);
  await source.verify();
  yield* rest;
}

/** From the first line that begins in `[start, end)` up to `end`; nothing when none begins there. */
async function bodyFromFirstLine(
  source: ByteSource,
  { start, end }: Place,
  newline: Newline,
  memory: ChunkMemory,
): Promise<AsyncGenerator<Uint8Array, void, void>> {
  if (start === 0) return nonEmpty(await source.open(0, end, memory));
  if (newline.overlapsItself) {
    const first = await lineStartFrom(source, start, end, newline);
    return nonEmpty(first === undefined ? [] : await source.open(first.position, end, memory));
  }
  return nonEmpty(afterNewline(await source.open(Math.max(0, start - newline.length), end, memory), newline));
}

/** What follows the first newline. */
async function* afterNewline(
  chunks: AsyncIterable<Uint8Array>,
  newline: Newline,
): AsyncGenerator<Uint8Array, void, void> {
  let held: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (held === undefined) {
      yield chunk;
      continue;
    }
    // A newline may lie across two chunks.
    const bytes: Buffer = Buffer.concat([held, chunk]);
    const found = newline.endOfFirst(bytes, 0);
    held = found < 0 ? bytes.subarray(Math.max(0, bytes.length - newline.length + 1)) : undefined;
    if (found >= 0) yield bytes.subarray(found);
  }
}

async function* nonEmpty(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of chunks) if (chunk.byteLength > 0) yield chunk;
}
