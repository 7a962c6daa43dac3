import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { SharedFile } from '../pool/shared-file.ts';
import type { ProcessListener, ProcessStarter } from '../pool/started-process.ts';
import { DirectProcess } from './direct-process.ts';
import { GREETING_BYTES, parseGreeting } from './direct-streams.ts';
import type { WorkerConnection } from './worker-connection.ts';

/** A path as each side sees it. */
export interface SharedPath {
  readonly here: string;
  readonly there: string;
}

export interface DirectProcessesOptions {
  /** The socket, to be listened at. */
  readonly socket: SharedPath;
  /** Files that are there, one for each process at once. */
  readonly files: readonly SharedPath[];
}

/** Connections that have not said yet whose they are; more are turned away. */
const MOST_STRANGERS = 64;
/** How long one may take to say it, in ms. */
const GREETING_MS = 5000;

/**
 * Starts worker processes through a supervisor that shares a folder with us: they connect to a socket in it, and from then on
 * nothing stands between them and us. The supervisor still watches them, and tells how they end.
 */
export class DirectProcesses {
  readonly #options: DirectProcessesOptions;
  readonly #server: Server;
  readonly #free: SharedPath[];
  /** Those whose streams have not all come, by token. */
  readonly #expected = new Map<string, DirectProcess>();
  readonly #strangers = new Set<Socket>();
  readonly #first = Promise.withResolvers<string | undefined>();

  private constructor(options: DirectProcessesOptions) {
    this.#options = options;
    this.#free = [...options.files];
    this.#server = createServer((socket) => this.#accept(socket)).unref();
  }

  /** Listens. @throws Error when it cannot */
  static async listen(options: DirectProcessesOptions): Promise<DirectProcesses> {
    const processes = new DirectProcesses(options);
    const server = processes.#server.listen(options.socket.here);
    await once(server, 'listening');
    // What cannot be accepted later on is missed by who waits for it.
    server.on('error', () => {});
    return processes;
  }

  /** Undefined when the first process has reached us; else why it did not. */
  get refusal(): Promise<string | undefined> {
    return this.#first.promise;
  }

  /** For a pool of them. */
  startedBy(connection: WorkerConnection): ProcessStarter {
    return (listener) => this.#start(connection, listener);
  }

  /** Listens no more. Processes that are connected stay so. */
  close(): void {
    this.#server.close();
    for (const stranger of this.#strangers) stranger.destroy();
  }

  #start(connection: WorkerConnection, listener: ProcessListener): DirectProcess {
    const path = this.#free.pop();
    if (path === undefined) throw new Error('there is no file left for one more');
    const token = randomBytes(32).toString('base64url');
    const process = new DirectProcess({
      file: SharedFile.at(path.here),
      connection,
      line: { socket: this.#options.socket.there, file: path.there, token },
      listener: {
        ...listener,
        ended: (end) => {
          this.#expected.delete(token);
          this.#free.push(path);
          this.#first.resolve(end.fault?.message ?? 'it ended before it was connected');
          listener.ended(end);
        },
      },
    });
    this.#expected.set(token, process);
    return process;
  }

  #accept(socket: Socket): void {
    socket.unref().on('error', () => {}); // the supervisor tells how a process ended
    if (this.#strangers.size >= MOST_STRANGERS) return void socket.destroy();
    this.#strangers.add(socket);
    const timer = setTimeout(() => socket.destroy(), GREETING_MS).unref();
    socket.once('close', () => {
      clearTimeout(timer);
      this.#strangers.delete(socket);
    });
    let head: Buffer = Buffer.alloc(0);
    const read = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      if (head.length < GREETING_BYTES) return;
      clearTimeout(timer);
      this.#strangers.delete(socket);
      socket.off('data', read);
      this.#introduce(socket, head.subarray(0, GREETING_BYTES), head.subarray(GREETING_BYTES));
    };
    socket.on('data', read);
  }

  #introduce(socket: Socket, greeting: Buffer, rest: Buffer): void {
    const { token = '', stream } = parseGreeting(greeting) ?? {};
    const process = this.#expected.get(token);
    if (stream === undefined || process?.take(stream, socket, rest) !== true) return void socket.destroy();
    if (!process.connected) return;
    this.#expected.delete(token);
    this.#first.resolve(undefined);
  }
}
