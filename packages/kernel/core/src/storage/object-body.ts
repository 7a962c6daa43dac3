import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { ObjectBody } from '../plugin/storage-plugin.ts';

/** What can be put into storage. */
export type PutBody = string | Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string>;

const encoder = new TextEncoder();

/** A body as backends take it. @throws TypeError for anything else. */
export function toObjectBody(body: PutBody): ObjectBody {
  if (typeof body === 'string') return encoder.encode(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof Blob) return body.stream() as unknown as AsyncIterable<Uint8Array>; // web streams are async iterables in Node
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
    return asBytes(body as AsyncIterable<Uint8Array | string>); // as are all that are left
  throw new TypeError(
    `an object's body is text, bytes, a Blob, a stream or an async iterable of bytes; not ${body === null ? 'null' : typeof body}`,
  );
}

/** Bytes from a backend as a web stream, read only as fast as they are taken. */
export function toWebStream(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const stream: NodeReadableStream = Readable.toWeb(Readable.from(bytes, { objectMode: false }));
  return stream as ReadableStream<Uint8Array>; // the same class under two names
}

/** All bytes in one array with a buffer of its own, never a Node `Buffer`, whose `slice` means something else. */
export async function collectBytes(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  const [only] = chunks;
  const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  return whole.buffer.byteLength === whole.byteLength ? new Uint8Array(whole.buffer) : new Uint8Array(whole);
}

async function* asBytes(parts: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const part of parts) yield typeof part === 'string' ? encoder.encode(part) : part;
}
