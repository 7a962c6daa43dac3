import { setTimeout as delay } from 'node:timers/promises';
import { StorageError } from '../../errors/storage-error.ts';
import type { PartitionFields } from '../object-partition.ts';
import { printableUrl } from '../printable-url.ts';
import type { ByteSource } from './byte-source.ts';
import { changedError, deletedError } from './changed-error.ts';
import { contentRange, entityTag, type HttpObject } from './http-object.ts';
import { httpGet, reasonOf, retryDelay, statusError } from './http-request.ts';
import { taskSignal } from './task-scope.ts';

/** Connections that may break in a row without a byte. */
const MOST_BREAKS = 5;

/** An object that is read by HTTP. Every response tells its version, so that nothing is left to be verified. */
export function openUrl(url: string, planned: PartitionFields): ByteSource {
  const closing = new AbortController();
  const task = taskSignal();
  const reader = new UrlReader(
    url,
    planned,
    task === undefined ? closing.signal : AbortSignal.any([closing.signal, task]),
  );
  return {
    open: async (start, end) => reader.read(start, end),
    verify: async () => {},
    async [Symbol.asyncDispose]() {
      closing.abort();
    },
  };
}

class UrlReader {
  readonly #url: string;
  readonly #name: string;
  readonly #planned: PartitionFields;
  readonly #signal: AbortSignal;

  constructor(url: string, planned: PartitionFields, signal: AbortSignal) {
    this.#url = url;
    this.#name = printableUrl(url);
    this.#planned = planned;
    this.#signal = signal;
  }

  /** A connection that breaks is followed by another, for the rest. */
  async *read(start: number, end: number | undefined): AsyncGenerator<Uint8Array, void, void> {
    let position = start;
    for (let breaks = 0; end === undefined || position < end; ) {
      const { chunks, from } = await this.#request(position, end);
      let skip = position - from;
      try {
        for await (const chunk of chunks) {
          const bytes = skip === 0 ? chunk : chunk.subarray(Math.min(skip, chunk.byteLength));
          skip -= chunk.byteLength - bytes.byteLength;
          if (bytes.byteLength === 0) continue;
          const wanted = end === undefined ? bytes : bytes.subarray(0, end - position);
          position += wanted.byteLength;
          breaks = 0;
          yield wanted;
          if (position === end) return;
        }
        if (end === undefined) return;
        throw new Error('the response ended too early');
      } catch (cause) {
        this.#signal.throwIfAborted();
        if (cause instanceof StorageError) throw cause;
        if (end === undefined || ++breaks > MOST_BREAKS) throw this.#broken(position - start, start, end, cause);
        // At once after some bytes, then with growing delays.
        if (breaks > 1) await delay(retryDelay(breaks - 2), undefined, { signal: this.#signal });
      }
    }
  }

  /** The object from `from` on, which is `start` unless the server knows no ranges. */
  async #request(
    start: number,
    end: number | undefined,
  ): Promise<{ readonly chunks: AsyncIterable<Uint8Array>; readonly from: number }> {
    const { etag, objectSize } = this.#planned;
    const ranged = end !== undefined && (start > 0 || end !== objectSize);
    const response = await httpGet(
      this.#url,
      {
        ...(ranged && { range: `bytes=${start}-${end - 1}` }),
        // Only a strong tag may be compared so.
        ...(etag?.startsWith('"') && { 'if-match': etag }),
      },
      this.#signal,
    );
    try {
      const from = this.#check(response, start);
      // Web streams are async iterables in Node.
      return { chunks: (response.body ?? []) as unknown as AsyncIterable<Uint8Array>, from };
    } catch (error) {
      await response.body?.cancel();
      throw error;
    }
  }

  /** @returns the place of the response's first byte. */
  #check(response: Response, start: number): number {
    const { status, headers } = response;
    if (status === 404 || status === 410) throw deletedError(this.#name);
    if (status === 412 || status === 416) throw changedError(this.#name, `the server answered ${status}`);
    if (status !== 200 && status !== 206) throw statusError(this.#url, status);
    this.#checkVersion(headers);
    const { objectSize } = this.#planned;
    if (status === 206) {
      const range = contentRange(headers);
      if (range === undefined || range.start !== start)
        throw new StorageError(`${this.#name} cannot be read: the server sent other bytes than those asked for`);
      this.#checkSize(range.size);
      return start;
    }
    if (!headers.has('content-encoding') && headers.has('content-length') && objectSize !== undefined)
      this.#checkSize(Number(headers.get('content-length')));
    return 0;
  }

  #checkVersion(headers: Headers): void {
    const { etag: planned, lastModified } = this.#planned;
    const etag = entityTag(headers);
    if (planned !== undefined && etag !== undefined) {
      if (etag !== planned) throw changedError(this.#name, 'it has another entity tag');
    } else if (lastModified !== undefined && headers.has('last-modified')) {
      if (Date.parse(headers.get('last-modified') ?? '') !== lastModified)
        throw changedError(this.#name, 'it has been written again');
    }
  }

  #checkSize(size: HttpObject['size']): void {
    const { objectSize } = this.#planned;
    if (size !== undefined && objectSize !== undefined && size !== objectSize)
      throw changedError(this.#name, `it had ${objectSize} bytes and now has ${size}`);
  }

  #broken(received: number, start: number, end: number | undefined, cause: unknown): StorageError {
    const expected = end === undefined ? '' : ` of ${end - start}`;
    return new StorageError(
      `${this.#name} cannot be read on: the connection broke after ${received}${expected} bytes: ${reasonOf(cause)}`,
      { reason: 'unavailable', cause },
    );
  }
}
