import { Transform, type TransformCallback } from 'node:stream';

const STDERR = 2;
const HEADER_BYTES = 8;

/**
 * What a container writes to stdout, out of the stream that carries stdout and stderr: each piece behind a header with its
 * stream and length. What it writes to stderr is handed over apart.
 */
export class AttachedOutput extends Transform {
  readonly #onStderr: (chunk: Buffer) => void;
  /** A header that is not complete yet. */
  #header: Buffer = Buffer.alloc(0);
  #stream = 0;
  /** Bytes of the current piece that have not come yet. */
  #left = 0;

  constructor(onStderr: (chunk: Buffer) => void) {
    super();
    this.#onStderr = onStderr;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#left === 0) {
        rest = this.#readHeader(rest);
        continue;
      }
      const piece = rest.subarray(0, this.#left);
      this.#left -= piece.length;
      rest = rest.subarray(piece.length);
      if (this.#stream === STDERR) this.#onStderr(piece);
      else this.push(piece);
    }
    done();
  }

  #readHeader(bytes: Buffer): Buffer {
    const wanted = HEADER_BYTES - this.#header.length;
    this.#header = Buffer.concat([this.#header, bytes.subarray(0, wanted)]);
    if (this.#header.length < HEADER_BYTES) return Buffer.alloc(0);
    this.#stream = this.#header[0] ?? 0;
    this.#left = this.#header.readUInt32BE(4);
    this.#header = Buffer.alloc(0);
    return bytes.subarray(wanted);
  }
}
