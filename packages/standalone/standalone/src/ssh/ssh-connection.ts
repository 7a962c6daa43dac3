import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, { type AnyAuthMethod, type Client, type ClientChannel, type ConnectConfig, type SFTPWrapper } from 'ssh2';
import { answerOf, type Done } from './answer-of.ts';
import { expectedHostKeys } from './host-keys.ts';
import { SshError, toSshError } from './ssh-error.ts';
import { describeTarget, type SshTarget } from './ssh-target.ts';

const READY_MS = 10_000;
/** A command that takes longer is given up, in ms. */
const COMMAND_MS = 120_000;
/** Of what a command writes, at most so much is kept of each stream. */
const MOST_OUTPUT_CHARS = 1_000_000;

export interface CommandResult {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** What it reads. */
  readonly input?: string | Buffer;
  readonly withinMs?: number;
  /** Told what it writes there, as it comes. */
  readonly onStderr?: (text: string) => void;
}

export interface ShellWindow {
  /** `xterm-256color` */
  readonly type: string;
  readonly rows: number;
  readonly columns: number;
}

/** An SSH connection to a machine whose key was verified. */
export class SshConnection implements AsyncDisposable {
  readonly where: string;
  /** The blob of the key that the machine has shown. */
  readonly hostKey: Buffer;
  /** Resolves when the connection has ended, with what broke it if anything did. */
  readonly ended: Promise<Error | undefined>;
  readonly #client: Client;
  /** Undefined where the connection goes through another. */
  readonly #socket: Socket | undefined;
  #sftp: Promise<SFTPWrapper> | undefined;
  #open = true;
  /** Told when the connection ends. Not by `ended`: a promise keeps whoever has waited for it, for as long as the connection lasts. */
  readonly #onEnd = new Set<() => void>();

  private constructor(client: Client, socket: Socket | undefined, where: string, hostKey: Buffer) {
    this.#client = client;
    this.#socket = socket;
    this.where = where;
    this.hostKey = hostKey;
    this.ended = new Promise((resolve) => {
      let broken: Error | undefined;
      client.on('error', (error) => {
        broken ??= error;
      });
      client.on('close', () => {
        this.#open = false;
        for (const end of this.#onEnd) end();
        resolve(broken);
      });
    });
  }

  /** @throws SshError */
  static async open(target: SshTarget, signal?: AbortSignal): Promise<SshConnection> {
    const where = describeTarget(target);
    const { host, port, username, hostKeys, tunnel } = target;
    const expected = await expectedHostKeys(hostKeys, host, port);
    const through = await tunnel?.().catch((error: unknown) => Promise.reject(toSshError(error, where)));
    // Its own sockets cannot be told not to hold the process.
    const socket = through === undefined ? connect({ host, port, noDelay: true }) : undefined;
    const client = new ssh2.Client();
    let shown: Buffer | undefined;
    let refusal: Error | undefined;
    const stop = () => client.destroy();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      signal?.throwIfAborted();
      const ready = once(client, 'ready');
      const closed = new Promise<never>((_, reject) => {
        client.once('close', () => reject(new Error('the connection was closed')));
      });
      client.connect({
        username,
        sock: through ?? (socket as Socket), // one of the two
        readyTimeout: READY_MS,
        authHandler: authenticationMethods(target),
        // Its list is of names that its types enumerate.
        ...(expected.types.length > 0 && {
          algorithms: { serverHostKey: [...expected.types] } as NonNullable<ConnectConfig['algorithms']>,
        }),
        hostVerifier: (key: Buffer) => {
          shown = key;
          refusal = expected.refusal(key);
          return refusal === undefined;
        },
      });
      await Promise.race([ready, closed]);
      closed.catch(() => {}); // told by `ended`
    } catch (error) {
      client.on('error', () => {}); // it is given up
      client.destroy();
      socket?.destroy();
      signal?.throwIfAborted();
      throw toSshError(refusal ?? error, where);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    const hostKey = shown ?? Buffer.alloc(0);
    const connection = new SshConnection(client, socket, where, hostKey);
    await expected.keep(hostKey);
    return connection;
  }

  get usable(): boolean {
    return this.#open;
  }

  /** Runs a command of the machine's shell to its end. @throws SshError when it takes longer than `withinMs` */
  async run(
    command: string,
    { input = '', withinMs = COMMAND_MS, onStderr }: CommandOptions = {},
  ): Promise<CommandResult> {
    const output = { stdout: '', stderr: '' };
    let code: number | undefined;
    const closed = Promise.withResolvers<void>();
    // In the very moment that it is opened: all of a short command may be in what has arrived already.
    const channel = await this.spawn(command, (opened) => {
      opened.setEncoding('utf8').on('data', (text: string) => {
        output.stdout = (output.stdout + text).slice(-MOST_OUTPUT_CHARS);
      });
      opened.stderr.setEncoding('utf8').on('data', (text: string) => {
        output.stderr = (output.stderr + text).slice(-MOST_OUTPUT_CHARS);
        onStderr?.(text);
      });
      opened.on('exit', (exitCode: number | null) => {
        code = exitCode ?? undefined;
      });
      opened.on('error', () => {}); // told by its end
      opened.on('close', () => closed.resolve());
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.destroy();
    }, withinMs);
    channel.end(input);
    // Told below, with what it was.
    await this.whileOpen('the end of a command', closed.promise).catch(() => {});
    clearTimeout(timer);
    if (late) throw this.#broken(`as a command took longer than ${withinMs / 1000} s`);
    if (!this.#open) throw this.#broken('while a command ran');
    return { code, ...output };
  }

  /**
   * Starts a command whose streams are ours.
   * @param onOpen called before anything of it is told; later its end may have been told already
   */
  spawn(command: string, onOpen: (channel: ClientChannel) => void = () => {}): Promise<ClientChannel> {
    return this.#ask('a command', (done) =>
      this.#client.exec(command, (error, channel) => {
        if (error === undefined) onOpen(channel);
        done(error, channel);
      }),
    );
  }

  /** Starts the user's shell, in a terminal of this size where one is given. */
  shell(terminal: ShellWindow | undefined, onOpen: (channel: ClientChannel) => void): Promise<ClientChannel> {
    return this.#ask('a shell', (done) =>
      this.#client.shell(
        terminal === undefined ? false : { term: terminal.type, rows: terminal.rows, cols: terminal.columns },
        (error, channel) => {
          if (error === undefined) onOpen(channel);
          done(error, channel);
        },
      ),
    );
  }

  /** A connection to a port of the machine, or of one that it reaches. */
  connect(host: string, port: number): Promise<Duplex> {
    return this.#ask(`a way to ${host}:${port}`, (done) => this.#client.forwardOut('127.0.0.1', 0, host, port, done));
  }

  /** The same for all who ask: opened once. */
  sftp(): Promise<SFTPWrapper> {
    this.#sftp ??= this.#ask('SFTP', (done) => this.#client.sftp(done));
    return this.#sftp;
  }

  /**
   * What is waited for, as long as the connection lasts: what is asked of one that has ended may never be answered.
   * @throws SshError when it ends first; what `answer` rejects with
   */
  whileOpen<Answer>(what: string, answer: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const end = () => reject(this.#broken(`before it gave ${what}`));
      this.#onEnd.add(end);
      answer.then(resolve, reject).finally(() => this.#onEnd.delete(end));
      // In a moment: what is there already counts.
      if (!this.#open) setImmediate(end);
    });
  }

  /** A client waits for a machine that works for it, and is free to end beside one that does not. */
  hold(busy: boolean): void {
    if (busy) this.#socket?.ref();
    else this.#socket?.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.end();
    const timer = setTimeout(() => this.destroy(), 1000);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends it without a word. */
  destroy(): void {
    this.#client.destroy();
    this.#socket?.destroy();
  }

  async #ask<Answer>(what: string, request: (done: Done<Answer>) => unknown): Promise<Answer> {
    if (!this.#open) throw this.#broken(`before ${what} was asked for`);
    try {
      return await this.whileOpen(what, answerOf(request));
    } catch (error) {
      if (error instanceof SshError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new SshError('connection', `${this.where} did not give ${what}: ${message}`, { cause: error });
    }
  }

  #broken(when: string): SshError {
    return new SshError('connection', `the SSH connection to ${this.where} ended ${when}`);
  }
}

function authenticationMethods({ username, credentials }: SshTarget): AnyAuthMethod[] {
  const { privateKeys, agent, password } = credentials;
  return [
    ...privateKeys.map(
      ({ key, passphrase }): AnyAuthMethod => ({
        type: 'publickey',
        username,
        key,
        ...(passphrase !== undefined && { passphrase }),
      }),
    ),
    ...(agent === undefined ? [] : [{ type: 'agent', username, agent } satisfies AnyAuthMethod]),
    ...(password === undefined ? [] : [{ type: 'password', username, password } satisfies AnyAuthMethod]),
  ];
}
