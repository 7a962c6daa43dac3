import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { countOomKills } from './oom-kills.ts';
import { SharedFile } from './shared-file.ts';
import type { ProcessEnd, ProcessListener, ProcessStarter, StartedProcess } from './started-process.ts';
import type { WorkerCommand } from './worker-command.ts';
import { processArguments } from './worker-file.ts';

/** How long output that a dead worker's own children still hold open is waited for. */
const OUTPUT_GRACE_MS = 100;

/** Starts worker processes of this machine. */
export function spawning(command: WorkerCommand): ProcessStarter {
  return (listener) => new SpawnedProcess(command, listener);
}

/** A child of this process. */
class SpawnedProcess implements StartedProcess {
  readonly file = SharedFile.unnamed();
  readonly #child: ChildProcess;
  readonly #requests: Socket;
  readonly #replies: Socket;
  readonly #listener: ProcessListener;
  readonly #oomKillsBefore = countOomKills();
  #ended = false;

  constructor(command: WorkerCommand, listener: ProcessListener) {
    this.#listener = listener;
    this.#child = spawn(command.execPath, [...command.execArgv, ...processArguments()], {
      cwd: command.cwd,
      env: command.env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', this.file.fd],
      windowsHide: true,
    });
    // Pipes of our own making are sockets.
    this.#requests = this.#child.stdio[3] as Socket;
    this.#replies = this.#child.stdio[4] as Socket;
    this.#replies.on('data', (bytes: Buffer) => listener.replied(bytes));
    // What a dying process no longer takes is told by its exit.
    for (const socket of [this.#requests, this.#replies]) socket.on('error', () => {});
    for (const stream of ['stdout', 'stderr'] as const)
      this.#child[stream]?.setEncoding('utf8').on('data', (text: string) => listener.printed(stream, text));
    this.#child.on('error', (fault) => this.#end({ exitCode: null, signal: null, killedForMemory: false, fault }));
    this.#child.on('exit', (exitCode, signal) =>
      this.#awaitOutput(() => {
        const killedForMemory = signal === 'SIGKILL' && countOomKills() > this.#oomKillsBefore;
        this.#end({ exitCode, signal, killedForMemory });
      }),
    );
    this.hold(false);
    // The process alone holds the client: while it lives, what it says is heard.
    for (const stream of [this.#requests, this.#replies, this.#child.stdout, this.#child.stderr])
      (stream as Socket | null)?.unref(); // pipes are sockets
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  write(pieces: readonly Uint8Array[]): void {
    this.#requests.cork();
    for (const piece of pieces) this.#requests.write(piece);
    this.#requests.uncork();
  }

  endInput(): void {
    // At once: to end it in good order takes another turn of the event loop.
    this.#requests.destroy();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  hold(busy: boolean): void {
    if (busy) this.#child.ref();
    else this.#child.unref();
  }

  #awaitOutput(done: () => void): void {
    const streams = [this.#replies, this.#child.stdout, this.#child.stderr].filter(
      (stream) => stream !== null && !stream.readableEnded,
    );
    let left = streams.length;
    if (left === 0) return done();
    const timer = setTimeout(() => {
      left = 0;
      done();
    }, OUTPUT_GRACE_MS);
    for (const stream of streams) {
      stream?.once('close', () => {
        left--;
        if (left !== 0) return;
        clearTimeout(timer);
        done();
      });
    }
  }

  #end(end: ProcessEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const socket of [this.#requests, this.#replies]) socket.destroy();
    this.#listener.ended(end);
  }
}
