import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

/** Bytes from a backend as a web stream, read only as fast as they are taken. */
export function toWebStream(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const stream: NodeReadableStream = Readable.toWeb(Readable.from(bytes, { objectMode: false }));
  return stream as ReadableStream<Uint8Array>; // the same class under two names
}

/** One array with a buffer of its own, never a Node `Buffer`, whose `slice` means something else. */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  return whole.buffer.byteLength === whole.byteLength ? new Uint8Array(whole.buffer) : new Uint8Array(whole);
}
