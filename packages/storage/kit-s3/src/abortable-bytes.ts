import { bodyChunks } from '@lithops/core/plugin';

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
  try {
    yield* bodyChunks(body, signal);
  } catch (cause) {
    throw signal.aborted ? signal.reason : new BodyError(cause);
  }
}
