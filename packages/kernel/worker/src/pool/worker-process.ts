import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { CallEvent } from '../call-event.ts';
import type { Invocation, ShippedModule } from '../invocation.ts';
import {
  decodeReply,
  decodeSpilledFrame,
  encodeRequest,
  type Frame,
  FrameReader,
  PROTOCOL_VERSION,
  ProtocolError,
  type WorkerReply,
  type WorkerRequest,
} from '../protocol/index.ts';
import { countOomKills } from './oom-kills.ts';
import { SharedFile } from './shared-file.ts';
import type { WorkerCommand } from './worker-command.ts';
import { deathOf, WorkerDied } from './worker-died.ts';
import { workerFile } from './worker-file.ts';

const STDERR_TAIL_CHARS = 2000;
/** How long output that a dead worker's own children still hold open is waited for. */
const OUTPUT_GRACE_MS = 100;
/** A worker that has loaded this many different functions is replaced: loaded modules are never freed. */
const MAX_MODULES = 2000;

/** An invocation for a worker process; it is told what becomes of it. */
export interface WorkerTask {
  readonly invocation: Invocation;
  readonly module: ShippedModule;
  event(event: CallEvent): void;
  /** The process is done with it and free: told last, and once. */
  finished(): void;
  /** The process ended before it was done with it: likewise. */
  died(died: WorkerDied): void;
}

/** One worker process: runs one invocation at a time. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #requests: Socket;
  readonly #replies: Socket;
  readonly #file = new SharedFile();
  readonly #modules = new Set<string>();
  readonly #oomKillsBefore = countOomKills();
  readonly #onDeath: () => void;
  #task: WorkerTask | undefined;
  #channel = 0;
  #setup: Invocation['task'];
  #stderrTail = '';
  #dead = false;
  /** Told to die, and not to be given anything new. */
  #dying = false;
  #fault: Error | undefined;
  readonly #gone = Promise.withResolvers<void>();

  constructor(command: WorkerCommand, onDeath: () => void) {
    this.#onDeath = onDeath;
    this.#child = spawn(command.execPath, [...command.execArgv, workerFile(), '--child'], {
      cwd: command.cwd,
      env: command.env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', this.#file.fd],
      windowsHide: true,
    });
    // Pipes of our own making are sockets.
    this.#requests = this.#child.stdio[3] as Socket;
    this.#replies = this.#child.stdio[4] as Socket;
    const reader = new FrameReader((frame) => this.#receiveFrame(frame));
    this.#replies.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        this.#fault = error instanceof Error ? error : new ProtocolError(String(error));
        this.#kill();
      }
    });
    // What a dying process no longer takes is told by its exit.
    for (const socket of [this.#requests, this.#replies]) socket.on('error', () => {});
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#rawOutput('stdout', text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#rawOutput('stderr', text));
    this.#child.on('error', (error) => {
      this.#fault = error;
      this.#finish(null, null);
    });
    this.#child.on('exit', (exitCode, signal) => this.#awaitOutput(() => this.#finish(exitCode, signal)));
    this.#send({ type: 'hello', protocol: PROTOCOL_VERSION });
    this.#hold(false);
    // The process alone holds the client: while it lives, what it says is heard.
    for (const stream of [this.#requests, this.#replies, this.#child.stdout, this.#child.stderr])
      (stream as Socket | null)?.unref(); // pipes are sockets
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get idle(): boolean {
    return this.#task === undefined && !this.#dead && !this.#dying;
  }

  /** Whether it should be replaced by a fresh one. */
  get wornOut(): boolean {
    return this.#modules.size >= MAX_MODULES;
  }

  /** Starts an invocation on this idle worker. */
  start(task: WorkerTask): void {
    const { invocation, module } = task;
    this.#task = task;
    this.#channel++;
    this.#hold(true);
    this.#requests.cork();
    if (!this.#modules.has(module.hash)) {
      this.#modules.add(module.hash);
      this.#send({ type: 'module', module });
    }
    // A process keeps the setup of the tasks it ran last; it is the same for all tasks of an executor.
    const known = invocation.task === this.#setup;
    this.#setup = invocation.task;
    this.#send({ type: 'run', channel: this.#channel, invocation: known ? withoutSetup(invocation) : invocation });
    this.#requests.uncork();
  }

  /** Asks for calls that have not started; without effect when this task has left the worker. */
  recall(task: WorkerTask, calls: readonly number[]): void {
    if (this.#task === task) this.#send({ type: 'recall', channel: this.#channel, calls });
  }

  /** The call that the process has begun last, of this task. */
  running(task: WorkerTask): number | undefined {
    return this.#task === task ? this.#recordedCall(task.invocation) : undefined;
  }

  /** Ends the process if it still runs this task: nothing else stops code that is running. */
  cancel(task: WorkerTask): void {
    if (this.#task === task) this.#kill();
  }

  /** Asks the process to end by closing its input; one that does not is killed. Resolves when it is gone. */
  async close(graceMs: number): Promise<void> {
    if (this.#dead) return;
    this.#dying = true;
    if (this.#task !== undefined) this.#kill();
    this.#requests.end();
    const timer = setTimeout(() => this.#kill(), graceMs);
    await this.#gone.promise;
    clearTimeout(timer);
  }

  #kill(): void {
    this.#dying = true;
    this.#child.kill('SIGKILL');
  }

  #send(request: WorkerRequest): void {
    for (const piece of encodeRequest(request)) this.#requests.write(piece);
  }

  #receiveFrame(frame: Frame): void {
    const spilled = decodeSpilledFrame(frame);
    if (spilled === undefined) return this.#receive(decodeReply(frame));
    new FrameReader((inner) => this.#receive(decodeReply(inner))).push(this.#file.read(spilled));
  }

  #receive(reply: WorkerReply): void {
    switch (reply.type) {
      case 'ready':
        if (reply.protocol === PROTOCOL_VERSION) return;
        throw new ProtocolError(`the worker speaks version ${reply.protocol} of the protocol, not ${PROTOCOL_VERSION}`);
      case 'event':
        if (reply.channel === this.#channel) this.#task?.event(reply.event);
        return;
      case 'finished': {
        const task = this.#task;
        if (reply.channel !== this.#channel || task === undefined) return;
        if (reply.results !== undefined) task.event(reply.results);
        this.#task = undefined;
        this.#hold(false);
        this.#file.trim();
        task.finished();
        return;
      }
      case 'alive':
        return;
      case 'lost':
      case 'running':
        throw new ProtocolError(`a worker process cannot tell '${reply.type}' of itself`);
    }
  }

  /** Output that did not pass through the task's `process.stdout`: of native code, child processes and Node itself. */
  #rawOutput(stream: 'stdout' | 'stderr', text: string): void {
    if (stream === 'stderr') this.#stderrTail = (this.#stderrTail + text).slice(-STDERR_TAIL_CHARS);
    const task = this.#task;
    if (task === undefined) return;
    const call = this.#recordedCall(task.invocation) ?? task.invocation.calls[0] ?? 0;
    task.event({ type: 'log', call, stream, text });
  }

  /** The call that the process noted last, if it is one of this invocation's. */
  #recordedCall({ calls }: Invocation): number | undefined {
    if (calls.length === 1) return calls[0];
    const call = this.#file.runningCall();
    return call !== undefined && calls.includes(call) ? call : undefined;
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

  #finish(exitCode: number | null, signal: string | null): void {
    if (this.#dead) return;
    this.#dead = true;
    const task = this.#task;
    this.#task = undefined;
    const call = task === undefined ? undefined : this.#recordedCall(task.invocation);
    this.#file.close();
    for (const socket of [this.#requests, this.#replies]) socket.destroy();
    this.#gone.resolve();
    this.#onDeath();
    if (task === undefined) return;
    const killedForMemory = signal === 'SIGKILL' && countOomKills() > this.#oomKillsBefore;
    const death = deathOf({ exitCode, signal, call, stderr: this.#stderrTail, killedForMemory });
    task.died(new WorkerDied(death, this.#fault));
  }

  /** A client waits for a busy worker, and is free to end beside an idle one. */
  #hold(busy: boolean): void {
    if (busy) this.#child.ref();
    else this.#child.unref();
  }
}

function withoutSetup({ task: _, ...invocation }: Invocation): Invocation {
  return invocation;
}
