import type { FileHandle } from 'node:fs/promises';
import { type ObjectHead, StorageError } from '@lithops/core/plugin';
import { understood } from './file-errors.ts';

const CHUNK_BYTES = 512 * 1024;

/**
 * The bytes of an open file from `start` up to `end`, read as they are taken. The file is closed when they have been
 * read, when the reader stops, and on abort. What is put under the same key meanwhile is another file.
 */
export class ObjectBytes implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly object: ObjectHead;
  readonly #file: FileHandle;
  readonly #end: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onClose: () => void;
  readonly #abort = () => void this.close();
  #position: number;
  #reading: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  /** @param end after the last byte */
  constructor(
    object: ObjectHead,
    file: FileHandle,
    { start, end }: { readonly start: number; readonly end: number },
    signal: AbortSignal | undefined,
    onClose: () => void,
  ) {
    this.object = object;
    this.#file = file;
    this.#position = start;
    this.#end = end;
    this.#signal = signal;
    this.#onClose = onClose;
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** One chunk after the other, also when several are asked for at once. @throws StorageError; the reason of an aborted signal. */
  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const result = this.#reading.then(() => this.#read());
    this.#reading = result.catch(() => {});
    return result;
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Closes the file; a read in progress is let finish. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #read(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#signal?.throwIfAborted();
    const wanted = Math.min(CHUNK_BYTES, this.#end - this.#position);
    if (this.#closed !== undefined || wanted <= 0) return this.return();
    try {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, this.#position);
      if (bytesRead === 0) throw new StorageError('an object became shorter while it was read');
      this.#position += bytesRead;
      return { done: false, value: bytesRead === wanted ? buffer : buffer.subarray(0, bytesRead) };
    } catch (cause) {
      await this.close();
      this.#signal?.throwIfAborted();
      throw understood('read an object on', cause);
    }
  }

  async #close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#onClose();
    await this.#file.close();
  }
}
