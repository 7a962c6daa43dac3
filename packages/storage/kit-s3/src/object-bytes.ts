import type { ObjectHead, ObjectStream } from '@lithops/core/plugin';

/** The answer to a get, as the network gives it: a stream of Node. */
export interface ByteSource extends AsyncIterable<Uint8Array> {
  destroy(): unknown;
  on(event: 'error', listener: () => void): unknown;
}

export interface ObjectBytesOptions {
  readonly source: ByteSource;
  readonly object: ObjectHead;
  readonly explain: (error: unknown) => Error;
  readonly signal: AbortSignal;
  /** Called once. */
  readonly ended: (bytes: ObjectBytes) => void;
}

/** The bytes of one get, to be read once. Holds a connection until they were read, or {@link close}d. */
export class ObjectBytes implements ObjectStream {
  readonly object: ObjectHead;
  readonly #options: ObjectBytesOptions;

  constructor(options: ObjectBytesOptions) {
    this.#options = options;
    this.object = options.object;
    // A connection that breaks before somebody reads is told when it is read.
    options.source.on('error', () => {});
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    const { source, signal, explain } = this.#options;
    const abort = () => this.close();
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      for await (const chunk of source) {
        yield chunk;
        signal.throwIfAborted();
      }
      signal.throwIfAborted();
    } catch (error) {
      signal.throwIfAborted();
      throw explain(error);
    } finally {
      signal.removeEventListener('abort', abort);
      this.close();
    }
  }

  close(): void {
    this.#options.source.destroy();
    this.#options.ended(this);
  }
}
