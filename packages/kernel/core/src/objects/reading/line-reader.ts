import type { Newline } from './newline.ts';

/** Lines are cut from text of this size: it stays in the cache, and a line that somebody keeps does not keep much else. */
const BLOCK_BYTES = 64 * 1024;

/** Lines of bytes that begin with a line, decoded many at a time. */
export class LineReader implements AsyncIterableIterator<string, undefined> {
  readonly #chunks: AsyncIterator<Uint8Array, unknown>;
  readonly #newline: Newline;
  #lines: readonly string[] = [];
  #next = 0;
  #chunk: Buffer = Buffer.alloc(0);
  #taken = 0;
  /** Of the unfinished line. */
  #parts: Uint8Array[] = [];
  /** What follows `#parts`: it may be the beginning of a newline, so it is looked at again with what comes next. */
  #held: Buffer = Buffer.alloc(0);
  #loading: Promise<unknown> | undefined;
  #ended = false;

  constructor(chunks: AsyncIterable<Uint8Array>, newline: Newline) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#newline = newline;
  }

  next(): Promise<IteratorResult<string, undefined>> {
    if (this.#loading === undefined && this.#next < this.#lines.length)
      return Promise.resolve({ done: false, value: this.#lines[this.#next++] as string }); // below length
    // One after the other, also when several lines are asked for at once.
    const result = (this.#loading ?? Promise.resolve()).then(() => this.#load());
    const loaded = () => {
      if (this.#loading === loading) this.#loading = undefined;
    };
    const loading: Promise<void> = result.then(loaded, loaded);
    this.#loading = loading;
    return result;
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    this.#ended = true;
    this.#lines = [];
    await this.#chunks.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #load(): Promise<IteratorResult<string, undefined>> {
    while (this.#next >= this.#lines.length) {
      if (this.#ended) return { done: true, value: undefined };
      this.#next = 0;
      if (this.#taken < this.#chunk.length) {
        const block = this.#chunk.subarray(this.#taken, this.#taken + BLOCK_BYTES);
        this.#taken += block.length;
        this.#lines = this.#cut(block);
        continue;
      }
      const { done, value } = await this.#chunks.next();
      if (done === true) {
        this.#ended = true;
        this.#lines = this.#last();
      } else {
        this.#chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
        this.#taken = 0;
        this.#lines = [];
      }
    }
    return { done: false, value: this.#lines[this.#next++] as string }; // below length
  }

  /** The lines that end in this block. */
  #cut(block: Buffer): readonly string[] {
    const newline = this.#newline;
    const bytes = this.#held.length === 0 ? block : Buffer.concat([this.#held, block]);
    const end = newline.endOfLast(bytes);
    if (end < 0) {
      this.#keep(bytes);
      return [];
    }
    let from = 0;
    let first: string | undefined;
    if (this.#parts.length > 0) {
      from = newline.endOfFirst(bytes, 0);
      first = Buffer.concat([...this.#parts, bytes.subarray(0, from - newline.length)]).toString();
      this.#parts = [];
    }
    const lines = from === end ? [] : bytes.toString('utf8', from, end - newline.length).split(newline.text);
    if (first !== undefined) lines.unshift(first);
    this.#keep(bytes.subarray(end));
    return lines;
  }

  #keep(rest: Buffer): void {
    const held = Math.max(0, rest.length - this.#newline.length + 1);
    if (held > 0) this.#parts.push(rest.subarray(0, held));
    this.#held = rest.subarray(held);
  }

  #last(): readonly string[] {
    const line = Buffer.concat([...this.#parts, this.#held]);
    this.#parts = [];
    this.#held = Buffer.alloc(0);
    return line.length === 0 ? [] : [line.toString()];
  }
}
