import { closeSync, openSync, readSync, rmSync } from 'node:fs';

const CHUNK_BYTES = 64 * 1024;

/**
 * What a sandbox prints, in a file: what was printed before an answer is there when the answer is, which two pipes
 * would not promise.
 */
export class OutputFile implements Disposable {
  /** To be given to processes. */
  readonly descriptor: number;
  readonly #file: string;
  readonly #reader: number;
  #rest: Buffer = Buffer.alloc(0);
  #open = true;

  constructor(file: string) {
    this.#file = file;
    this.descriptor = openSync(file, 'a', 0o600);
    this.#reader = openSync(file, 'r');
  }

  /** Lines that were printed since the last call. */
  takeLines(): string[] {
    if (!this.#open) return [];
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let bytes = readSync(this.#reader, chunk); bytes > 0; bytes = readSync(this.#reader, chunk))
      this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, bytes)]);
    const end = this.#rest.lastIndexOf('\n');
    if (end < 0) return [];
    const lines = this.#rest.toString('utf8', 0, end).split('\n');
    this.#rest = this.#rest.subarray(end + 1);
    return lines;
  }

  /** Also what no newline ended. */
  takeAll(): string[] {
    const lines = this.takeLines();
    if (this.#rest.length > 0) lines.push(this.#rest.toString('utf8'));
    this.#rest = Buffer.alloc(0);
    return lines;
  }

  [Symbol.dispose](): void {
    this.#open = false;
    closeSync(this.descriptor);
    closeSync(this.#reader);
    rmSync(this.#file, { force: true });
  }
}
