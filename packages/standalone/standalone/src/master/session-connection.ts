import type { Duplex } from 'node:stream';
import { encodeReply, type WorkerReply } from '@lithops/worker/protocol';

/**
 * What a session's client hears on one connection: the journal as it is, and between two replies of it what is of the moment
 * only, and counts for nothing when the connection breaks.
 */
export class SessionConnection {
  readonly socket: Duplex;
  readonly #ended = new AbortController();
  /** Bytes of a frame's length that were written. */
  #head: number[] = [];
  /** Bytes of the current frame that are still to be written. */
  #left = 0;
  #waiting: WorkerReply[] = [];

  /** @param onEnd told once when nobody is there any more */
  constructor(socket: Duplex, onEnd: () => void) {
    this.socket = socket;
    const end = () => {
      if (this.#ended.signal.aborted) return;
      this.#ended.abort();
      onEnd();
    };
    socket.on('error', end).on('close', end);
    // An upgraded connection is left half open otherwise.
    socket.on('end', () => socket.destroy());
  }

  /** Aborted when the connection has ended. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Sends a part of the journal, and waits for a slow client. */
  async send(piece: Buffer): Promise<void> {
    const drained = this.socket.write(piece);
    this.#count(piece);
    this.#flush();
    if (drained || this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.socket.once('drain', resolve);
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Says something that need not be remembered. */
  mention(reply: WorkerReply): void {
    this.#waiting.push(reply);
    this.#flush();
  }

  close(): void {
    this.socket.destroy();
  }

  #flush(): void {
    if (this.#left > 0 || this.#head.length > 0) return;
    const replies = this.#waiting;
    this.#waiting = [];
    for (const reply of replies) for (const piece of encodeReply(reply)) this.socket.write(piece);
  }

  #count(piece: Buffer): void {
    for (let at = 0; at < piece.length; ) {
      if (this.#left > 0) {
        const part = Math.min(this.#left, piece.length - at);
        this.#left -= part;
        at += part;
        continue;
      }
      this.#head.push(piece[at++] ?? 0);
      if (this.#head.length < 4) continue;
      this.#left = Buffer.from(this.#head).readUInt32LE(0);
      this.#head = [];
    }
  }
}
