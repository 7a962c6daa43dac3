/** Whether chunks have memory of their own, or may have the same, one after the other. Fresh memory takes long to touch. */
export type ChunkMemory = 'own' | 'reused';

/** An object that is open for reading. Disposing it ends what is still being read. */
export interface ByteSource extends AsyncDisposable {
  /**
   * The bytes from `start` up to `end`, or to the end of the object where its size is not known; all of them, or an error.
   * What is opened by then is of one version of the object.
   * @param memory `reused`: the bytes of a chunk need not be kept once the next is asked for
   */
  open(start: number, end: number | undefined, memory?: ChunkMemory): Promise<AsyncIterable<Uint8Array>>;
  /** @throws StorageError unless all that was opened before this call is of the version that the job was made for. */
  verify(): Promise<void>;
}

/** Bytes together. */
export async function readAll(source: ByteSource, start: number, end: number): Promise<Buffer> {
  return collect(await source.open(start, end));
}

/** All the chunks in one buffer. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  const [only] = all;
  return all.length === 1 && only !== undefined
    ? Buffer.from(only.buffer, only.byteOffset, only.byteLength)
    : Buffer.concat(all);
}

/** Exactly so many bytes, or an error made by `onShort`. */
export async function* exactly(
  bytes: number,
  chunks: AsyncIterable<Uint8Array>,
  wrongLength: (actual: number) => Error,
): AsyncGenerator<Uint8Array, void, void> {
  let count = 0;
  for await (const chunk of chunks) {
    count += chunk.byteLength;
    if (count > bytes) throw wrongLength(count);
    yield chunk;
  }
  if (count < bytes) throw wrongLength(count);
}
