import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { SharedFile } from '../pool/shared-file.ts';
import type { ProcessEnd, ProcessListener, StartedProcess } from '../pool/started-process.ts';
import type { DirectLine, ProcessExit } from '../protocol/index.ts';
import { DIRECT_STREAMS, type DirectStream } from './direct-streams.ts';
import type { WorkerConnection } from './worker-connection.ts';

export interface DirectProcessOptions {
  readonly file: SharedFile;
  readonly connection: WorkerConnection;
  readonly line: DirectLine;
  readonly listener: ProcessListener;
}

/** How long output of a process that has ended is waited for, in ms. */
const OUTPUT_GRACE_MS = 100;

/** A worker process elsewhere that is connected to us. */
export class DirectProcess implements StartedProcess {
  /** It has no number here. */
  readonly pid: undefined;
  readonly file: SharedFile;
  readonly #connection: WorkerConnection;
  readonly #listener: ProcessListener;
  readonly #kill: () => void;
  readonly #streams = new Map<DirectStream, Socket>();
  /** What is to be written when it is connected. */
  #early: Uint8Array[] = [];
  #inputEnded = false;
  #busy = false;
  #ended = false;

  constructor({ file, connection, line, listener }: DirectProcessOptions) {
    this.file = file;
    this.#connection = connection;
    this.#listener = listener;
    this.#kill = connection.spawn(line, (exit) => this.#awaitOutput(endOf(exit)));
  }

  /** Whether all its streams have come. */
  get connected(): boolean {
    return this.#streams.size === DIRECT_STREAMS.length;
  }

  /** Takes a stream of it, which has brought these bytes already. @returns whether it was awaited */
  take(stream: DirectStream, socket: Socket, bytes: Buffer): boolean {
    if (this.#ended || this.#streams.has(stream)) return false;
    this.#streams.set(stream, socket);
    const read = stream === 'frames' ? (chunk: Buffer) => this.#listener.replied(chunk) : this.#printing(stream);
    if (bytes.length > 0) read(bytes);
    socket.on('data', read);
    if (stream !== 'frames') return true;
    const early = this.#early;
    this.#early = [];
    if (early.length > 0) this.write(early);
    if (this.#inputEnded) socket.end();
    return true;
  }

  write(pieces: readonly Uint8Array[]): void {
    const socket = this.#streams.get('frames');
    if (socket === undefined) return void this.#early.push(...pieces);
    if (!socket.writable) return;
    socket.cork();
    for (const piece of pieces) socket.write(piece);
    socket.uncork();
  }

  endInput(): void {
    this.#inputEnded = true;
    this.#streams.get('frames')?.end();
  }

  kill(): void {
    this.#kill();
  }

  hold(busy: boolean): void {
    if (this.#busy === busy) return;
    this.#busy = busy;
    this.#connection.hold(busy);
  }

  #printing(stream: 'stdout' | 'stderr'): (chunk: Buffer) => void {
    const decoder = new StringDecoder('utf8');
    return (chunk) => this.#listener.printed(stream, decoder.write(chunk));
  }

  /** What it wrote last may come after the news of its end. */
  #awaitOutput(end: ProcessEnd): void {
    const open = [...this.#streams.values()].filter(({ readableEnded, destroyed }) => !readableEnded && !destroyed);
    let left = open.length;
    if (left === 0) return this.#end(end);
    const timer = setTimeout(() => this.#end(end), OUTPUT_GRACE_MS);
    for (const socket of open) {
      socket.once('close', () => {
        left--;
        if (left > 0) return;
        clearTimeout(timer);
        this.#end(end);
      });
    }
  }

  #end(end: ProcessEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.hold(false);
    for (const socket of this.#streams.values()) socket.destroy();
    this.#listener.ended(end);
  }
}

function endOf(exit: ProcessExit | Error): ProcessEnd {
  const unseen = { exitCode: null, signal: null, killedForMemory: false };
  if (exit instanceof Error) return { ...unseen, fault: exit };
  const { exitCode = null, signal = null, killedForMemory, refusal } = exit;
  return { exitCode, signal, killedForMemory, ...(refusal !== undefined && { fault: new Error(refusal) }) };
}
