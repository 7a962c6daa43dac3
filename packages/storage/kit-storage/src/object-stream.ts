import type { ObjectHead, ObjectStream } from '@lithops/core/plugin';

/** Bytes together with what is known of the whole object that they are of. */
export function objectStream(object: ObjectHead, bytes: AsyncIterable<Uint8Array>): ObjectStream {
  return { object, [Symbol.asyncIterator]: () => bytes[Symbol.asyncIterator]() };
}
