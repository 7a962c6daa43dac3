import { unlessAborted } from '@lithops/core/plugin';

/** What went wrong with a body, told apart from what went wrong with its upload. */
export class BodyError extends Error {
  constructor(cause: unknown) {
    super('the body failed', { cause });
  }
}

/** A body as bytes. An abort is not kept waiting by a source that is silent. @throws BodyError; the reason of the signal. */
export async function* abortableBytes(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const iterator = body[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const { done, value }: IteratorResult<Uint8Array> = await unlessAborted(nextOf(iterator), signal);
      if (done === true) {
        ended = true;
        return;
      }
      yield value;
    }
  } finally {
    // Not waited for: a source that is silent would keep the abort here.
    if (!ended) Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

async function nextOf(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    const result = await iterator.next();
    const chunk: unknown = result.value;
    if (result.done === true || chunk instanceof Uint8Array) return result;
    throw new TypeError(`a body is made of bytes; one of its chunks is ${chunk === null ? 'null' : typeof chunk}`);
  } catch (cause) {
    throw new BodyError(cause);
  }
}
