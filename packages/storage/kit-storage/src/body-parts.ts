import { bodyChunks, type ObjectBody } from '@lithops/core/plugin';

/**
 * A body in parts of exactly `partBytes`, the last one smaller; none for an empty body. Parts of a stream are copies,
 * so its source may use its buffers again. An abort is not kept waiting by a source that is silent.
 * @throws TypeError for chunks that are no bytes; what the source throws; the reason of the signal.
 */
export async function* bodyParts(
  body: ObjectBody,
  partBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) {
    for (let start = 0; start < body.length; start += partBytes) yield body.subarray(start, start + partBytes);
    return;
  }
  let part: Uint8Array | undefined;
  let filled = 0;
  for await (const chunk of bodyChunks(body, signal)) {
    for (let taken = 0; taken < chunk.length; ) {
      part ??= new Uint8Array(partBytes);
      const some = chunk.subarray(taken, taken + partBytes - filled);
      part.set(some, filled);
      taken += some.length;
      filled += some.length;
      if (filled < partBytes) continue;
      yield part;
      part = undefined;
      filled = 0;
    }
  }
  if (part !== undefined) yield part.subarray(0, filled);
}

/** Ends a body that will not be read. */
export async function letGo(body: ObjectBody): Promise<void> {
  if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}
