import { unlessAborted } from './unless-aborted.ts';

/**
 * The chunks of a body that is streamed. An abort is not kept waiting by a source that is silent.
 * @throws TypeError for a chunk that is no bytes; what the source throws; the reason of the signal.
 */
export async function* bodyChunks(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const iterator = body[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await unlessAborted(iterator.next(), signal);
      if (next.done === true) {
        ended = true;
        return;
      }
      const chunk: unknown = next.value;
      if (!(chunk instanceof Uint8Array))
        throw new TypeError(`a body is made of bytes; one of its chunks is ${chunk === null ? 'null' : typeof chunk}`);
      yield chunk;
    }
  } finally {
    // Not waited for: a source that is silent would keep the abort here.
    if (!ended) Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
