import type { Duplex } from 'node:stream';
import {
  decodeRequest,
  encodeReply,
  FrameReader,
  type WorkerReply,
  type WorkerRequest,
} from '@lithops/worker/protocol';

export interface SessionConnectionListeners {
  readonly onRequest: (request: WorkerRequest) => void;
  /** Told what cannot be read, or kept; the connection is closed, and the client asks again, or gives up. */
  readonly onFault: (error: unknown) => void;
  /** Told once when nobody is there any more. */
  readonly onEnd: () => void;
}

/**
 * What a session's client hears on one connection: the journal as it is, and between two replies of it what is of the moment
 * only, and counts for nothing when the connection breaks. And what it asks.
 */
export class SessionConnection {
  readonly socket: Duplex;
  readonly #ended = new AbortController();
  /** Bytes of a frame's length that were written. */
  #head: number[] = [];
  /** Bytes of the current frame that are still to be written. */
  #left = 0;
  #waiting: WorkerReply[] = [];

  readonly #listeners: SessionConnectionListeners;
  #heardAt = Date.now();

  constructor(socket: Duplex, listeners: SessionConnectionListeners) {
    this.socket = socket;
    this.#listeners = listeners;
    const end = () => {
      if (this.#ended.signal.aborted) return;
      this.#ended.abort();
      listeners.onEnd();
    };
    socket.on('error', end).on('close', end);
    // An upgraded connection is left half open otherwise.
    socket.on('end', () => socket.destroy());
  }

  /** Begins to hear the client. @param head what it has said already */
  listen(head: Buffer): void {
    const { onRequest, onFault } = this.#listeners;
    const reader = new FrameReader((frame) => onRequest(decodeRequest(frame)));
    const read = (chunk: Buffer) => {
      this.#heardAt = Date.now();
      try {
        reader.push(chunk);
      } catch (error) {
        onFault(error);
        this.close();
      }
    };
    this.socket.on('data', read);
    if (head.length > 0) read(head);
  }

  /** ms since the client has said anything. */
  get silence(): number {
    return Date.now() - this.#heardAt;
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
