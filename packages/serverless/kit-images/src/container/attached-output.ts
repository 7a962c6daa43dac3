const STDERR = 2;
const HEADER_BYTES = 8;

/** Takes apart the stream of a container that carries both of its outputs: each piece behind a header with its stream and length. */
export class AttachedOutput {
  readonly #onStdout: (piece: Buffer) => void;
  readonly #onStderr: (piece: Buffer) => void;
  /** A header that is not complete yet. */
  #header: Buffer = Buffer.alloc(0);
  #stream = 0;
  /** Bytes of the current piece that have not come yet. */
  #left = 0;

  constructor(onStdout: (piece: Buffer) => void, onStderr: (piece: Buffer) => void) {
    this.#onStdout = onStdout;
    this.#onStderr = onStderr;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left === 0) {
        at += this.#readHeader(chunk, at);
        continue;
      }
      const piece = chunk.subarray(at, at + this.#left);
      this.#left -= piece.length;
      at += piece.length;
      if (this.#stream === STDERR) this.#onStderr(piece);
      else this.#onStdout(piece);
    }
  }

  /** @returns how many bytes of the chunk belong to it. */
  #readHeader(chunk: Buffer, at: number): number {
    if (this.#header.length === 0 && chunk.length - at >= HEADER_BYTES) {
      this.#begin(chunk, at);
      return HEADER_BYTES;
    }
    const part = chunk.subarray(at, at + HEADER_BYTES - this.#header.length);
    this.#header = Buffer.concat([this.#header, part]);
    if (this.#header.length === HEADER_BYTES) {
      this.#begin(this.#header, 0);
      this.#header = Buffer.alloc(0);
    }
    return part.length;
  }

  #begin(header: Buffer, at: number): void {
    this.#stream = header[at] ?? 0;
    this.#left = header.readUInt32BE(at + 4);
  }
}
