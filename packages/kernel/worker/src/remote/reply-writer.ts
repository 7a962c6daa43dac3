import { writevSync } from 'node:fs';
import { encodeReply, type WorkerReply } from '../protocol/index.ts';

/**
 * Writes replies to a descriptor, those that one arrival leads to together. Writing waits for a slow reader: then no
 * more is read from the worker processes either, which wait in turn, and memory does not fill.
 */
export class ReplyWriter {
  readonly #descriptor: number;
  readonly #onGone: () => void;
  #pieces: Uint8Array[] = [];

  /** @param onGone Called when nobody reads any more. */
  constructor(descriptor: number, onGone: () => void) {
    this.#descriptor = descriptor;
    this.#onGone = onGone;
  }

  write(reply: WorkerReply): void {
    // After the promises that wait for it, and before the next look at the descriptors.
    if (this.#pieces.length === 0) process.nextTick(() => this.#flush());
    this.#pieces.push(...encodeReply(reply));
  }

  #flush(): void {
    let pieces = this.#pieces;
    this.#pieces = [];
    while (pieces.length > 0) {
      const written = this.#writeSome(pieces.slice(0, MOST_PIECES));
      if (written === undefined) return;
      pieces = withoutFirst(pieces, written);
    }
  }

  #writeSome(pieces: readonly Uint8Array[]): number | undefined {
    try {
      return writevSync(this.#descriptor, pieces);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EAGAIN') {
        Atomics.wait(waiting, 0, 0, 1);
        return 0;
      }
      if (code !== 'EPIPE' && code !== 'ECONNRESET') throw error;
      this.#onGone();
      return undefined;
    }
  }
}

/** As many as the system takes at once. */
const MOST_PIECES = 1024;
const waiting = new Int32Array(new SharedArrayBuffer(4));

function withoutFirst(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  let index = 0;
  for (; index < pieces.length; index++) {
    const length = pieces[index]?.byteLength ?? 0;
    if (left < length) break;
    left -= length;
  }
  const [first, ...rest] = pieces.slice(index);
  return first === undefined ? [] : [first.subarray(left), ...rest];
}
