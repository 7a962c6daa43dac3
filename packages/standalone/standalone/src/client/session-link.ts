import {
  decodeReply,
  encodeRequest,
  FrameReader,
  type WorkerReply,
  type WorkerRequest,
} from '@lithops/worker/protocol';
import type { SessionStream } from './master-client.ts';
import type { SessionRun } from './session-run.ts';

export interface SessionLinkListeners {
  readonly onReply: (reply: WorkerReply) => void;
  /** Told once; nothing comes after it. @param unreadable what could not be read, where that is why */
  readonly onClose: (unreadable: unknown) => void;
}

/** One connection of a session to its master, in frames both ways; what it was sent is sent once. */
export class SessionLink {
  readonly #stream: SessionStream['stream'];
  readonly #modules = new Set<string>();
  #heardAt = performance.now();
  #unreadable: unknown;

  constructor({ stream, head }: Pick<SessionStream, 'stream' | 'head'>, listeners: SessionLinkListeners) {
    this.#stream = stream;
    const reader = new FrameReader((frame) => listeners.onReply(decodeReply(frame)));
    const read = (chunk: Buffer) => {
      this.#heardAt = performance.now();
      try {
        reader.push(chunk);
      } catch (error) {
        this.#unreadable = error;
        stream.destroy();
      }
    };
    stream.on('data', read);
    stream.on('error', () => {}); // told by its end
    stream.on('end', () => stream.destroy());
    stream.on('close', () => listeners.onClose(this.#unreadable));
    if (head.length > 0) read(head);
  }

  /** ms since anything was heard. */
  get silence(): number {
    return performance.now() - this.#heardAt;
  }

  send(request: WorkerRequest): void {
    if (!this.#stream.writable) return;
    for (const piece of encodeRequest(request)) this.#stream.write(piece);
  }

  /** Sends an invocation, and what the master needs for it. */
  start(channel: number, { modules, invocation }: SessionRun): void {
    this.#stream.cork();
    for (const module of modules) {
      if (this.#modules.has(module.hash)) continue;
      this.#modules.add(module.hash);
      this.send({ type: 'module', module });
    }
    this.send({ type: 'run', channel, invocation });
    this.#stream.uncork();
  }

  close(): void {
    this.#stream.destroy();
  }
}
