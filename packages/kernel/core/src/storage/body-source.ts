import type { ObjectBody } from '../plugin/storage-plugin.ts';

/** What can be put into storage. */
export type PutBody = string | Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string>;

/** Where the bytes of a put come from, for as many attempts as can be made with them. */
export interface BodySource {
  /** The body for one attempt. */
  open(): ObjectBody;
  /** Whether another attempt would send the same bytes. */
  readonly repeatable: boolean;
  /** Ends a source that no attempt has read. */
  release(): Promise<void>;
}

const encoder = new TextEncoder();

/** @throws TypeError for what is no body. */
export function bodySource(body: PutBody): BodySource {
  if (typeof body === 'string') return repeatableSource(() => encoder.encode(body));
  if (body instanceof Uint8Array) return repeatableSource(() => body);
  if (body instanceof Blob) return repeatableSource(() => body.stream() as unknown as AsyncIterable<Uint8Array>); // web streams are async iterables in Node
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
    return new OnceSource(body as AsyncIterable<Uint8Array | string>); // as are all that are left
  throw new TypeError(
    `an object's body is text, bytes, a Blob, a stream or an async iterable of bytes; not ${body === null ? 'null' : typeof body}`,
  );
}

/** A source that can be read from its start again. */
export function repeatableSource(open: () => ObjectBody): BodySource {
  return { open, repeatable: true, release: async () => {} };
}

/** A source that can be read once: another attempt is possible as long as nothing was taken. */
class OnceSource implements BodySource {
  readonly #source: AsyncIterable<Uint8Array | string>;
  #iterator: AsyncIterator<Uint8Array | string> | undefined;

  constructor(source: AsyncIterable<Uint8Array | string>) {
    this.#source = source;
  }

  get repeatable(): boolean {
    return this.#iterator === undefined;
  }

  open(): ObjectBody {
    let mine: AsyncIterator<Uint8Array | string> | undefined;
    const next = async (): Promise<IteratorResult<Uint8Array>> => {
      mine ??= this.#start();
      const result = await mine.next();
      if (result.done === true) return { done: true, value: undefined };
      return { done: false, value: typeof result.value === 'string' ? encoder.encode(result.value) : result.value };
    };
    // An attempt that stops before it has taken anything leaves the source to the next one.
    const stop = async (): Promise<IteratorResult<Uint8Array>> => {
      await mine?.return?.();
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: stop }) };
  }

  async release(): Promise<void> {
    if (this.#iterator === undefined) await this.#start().return?.();
  }

  #start(): AsyncIterator<Uint8Array | string> {
    this.#iterator ??= this.#source[Symbol.asyncIterator]();
    return this.#iterator;
  }
}
