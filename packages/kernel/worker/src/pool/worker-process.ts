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
  type SpilledFrame,
  spilledBodyOf,
  type WorkerReply,
} from '../protocol/index.ts';
import type { ProcessEnd, ProcessStarter, StartedProcess } from './started-process.ts';
import { deathOf, WorkerDied } from './worker-died.ts';

/** Frames of this size are not read by the thread that runs the program. */
const BACKGROUND_BYTES = 4 * 1024 * 1024;
const STDERR_TAIL_CHARS = 2000;
/** A timer that comes later than this, in ms, says that its own program was held up. */
const LATE_MS = 20;
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

/** Who has worker processes. */
export interface WorkerOwner {
  /** It runs, and answers. */
  up(): void;
  /** It has ended. @param unused why, where it never answered, was not told to end, and had nothing to run: nobody else is told */
  gone(unused: WorkerDied | undefined): void;
}

/** One worker process: runs one invocation at a time. */
export class WorkerProcess {
  readonly #process: StartedProcess;
  readonly #modules = new Set<string>();
  readonly #owner: WorkerOwner;
  #task: WorkerTask | undefined;
  #channel = 0;
  #setup: Invocation['task'];
  #stderrTail = '';
  #up = false;
  #dead = false;
  /** Told to die, and not to be given anything new. */
  #dying = false;
  #fault: Error | undefined;
  #startLimit: NodeJS.Timeout | undefined;
  /** Why it was ended, where it did not answer in time. */
  #tooLate: string | undefined;
  /** What came behind a frame that is being read, in this order. */
  #held: Frame[] | undefined;
  #endWhileReading: ProcessEnd | undefined;
  readonly #gone = Promise.withResolvers<void>();

  /**
   * @param startLimitMs after which a process that has not answered yet is ended
   * @throws Error when it cannot even be tried; see {@link ProcessStarter}
   */
  constructor(start: ProcessStarter, startLimitMs: number, owner: WorkerOwner) {
    this.#owner = owner;
    const reader = new FrameReader((frame) => this.#receiveFrame(frame));
    this.#process = start({
      replied: (bytes) => {
        try {
          reader.push(bytes);
        } catch (error) {
          this.#breakOff(error);
        }
      },
      printed: (stream, text) => this.#rawOutput(stream, text),
      ended: (end) => this.#finish(end),
    });
    this.#process.write(encodeRequest({ type: 'hello', protocol: PROTOCOL_VERSION }));
    this.#limitStart(startLimitMs);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get idle(): boolean {
    return this.#task === undefined && !this.leaving;
  }

  /** Whether it runs, and has answered. */
  get up(): boolean {
    return this.#up;
  }

  /** It has ended, or was told to. */
  get leaving(): boolean {
    return this.#dead || this.#dying;
  }

  /** While it starts and has nothing to run: whether somebody waits for it, so that the client must not end before. */
  awaited(isAwaited: boolean): void {
    if (this.#up || this.#task !== undefined || this.#dead) return;
    // For the end of one that is to end somebody waits as well.
    if (isAwaited || !this.#dying) this.#process.hold(isAwaited);
  }

  get busy(): boolean {
    return this.#task !== undefined && !this.#dying;
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
    this.#process.hold(true);
    const pieces: Uint8Array[] = [];
    if (!this.#modules.has(module.hash)) {
      this.#modules.add(module.hash);
      pieces.push(...encodeRequest({ type: 'module', module }));
    }
    // A process keeps the setup of the tasks it ran last; it is the same for all tasks of an executor.
    const known = invocation.task === this.#setup;
    this.#setup = invocation.task;
    const sent = known ? withoutSetup(invocation) : invocation;
    pieces.push(...encodeRequest({ type: 'run', channel: this.#channel, invocation: sent }));
    this.#process.write(pieces);
  }

  /** Asks for calls that have not started; without effect when this task has left the worker. */
  recall(task: WorkerTask, calls: readonly number[]): void {
    if (this.#task !== task) return;
    this.#process.write(encodeRequest({ type: 'recall', channel: this.#channel, calls }));
  }

  /** Calls of this task one of which the process runs, or ran last; it has begun none behind them. Empty when it is not known. */
  running(task: WorkerTask): readonly number[] {
    return this.#task === task ? this.#notedCalls(task.invocation) : [];
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
    // Who closes it waits for its end, though nothing else may be left to wait for.
    this.#process.hold(true);
    this.#process.endInput();
    const timer = setTimeout(() => this.#kill(), graceMs);
    await this.#gone.promise;
    clearTimeout(timer);
  }

  #limitStart(limitMs: number): void {
    const dueAt = performance.now() + limitMs;
    this.#startLimit = setTimeout(() => {
      // Who was held up itself, or frozen, knows nothing of the process; and what it has said is read first.
      if (performance.now() - dueAt > LATE_MS) this.#limitStart(limitMs);
      else setImmediate(() => setImmediate(() => this.#startIsOver(limitMs)));
    }, limitMs).unref();
  }

  #startIsOver(limitMs: number): void {
    if (this.#up || this.#dead) return;
    this.#tooLate = `it did not answer within ${limitMs / 1000} s of its start`;
    this.#kill();
  }

  #kill(): void {
    this.#dying = true;
    this.#process.kill();
  }

  #receiveFrame(frame: Frame): void {
    if (this.#held !== undefined) {
      this.#held.push(frame);
      return;
    }
    const spilled = decodeSpilledFrame(frame);
    if (spilled !== undefined) {
      const reader = new FrameReader((inner) => this.#receive(decodeReply(inner)));
      return this.#fetch(spilled, (bytes) => reader.push(bytes));
    }
    const body = spilledBodyOf(frame);
    if (body === undefined) this.#receive(decodeReply(frame));
    else this.#fetch(body, (bytes) => this.#receive(decodeReply(frame, bytes)));
  }

  #fetch(spilled: SpilledFrame, then: (bytes: Uint8Array<ArrayBuffer>) => void): void {
    if (spilled.length < BACKGROUND_BYTES) then(this.#process.file.read(spilled));
    else void this.#fetchInBackground(spilled, then);
  }

  /** The program goes on meanwhile, and frames of other workers are read at the same time. */
  async #fetchInBackground(spilled: SpilledFrame, then: (bytes: Uint8Array<ArrayBuffer>) => void): Promise<void> {
    const held: Frame[] = [];
    this.#held = held;
    try {
      const bytes = await this.#process.file.readInBackground(spilled);
      this.#held = undefined;
      then(bytes);
      // From the next large one on they are held again.
      for (const frame of held) this.#receiveFrame(frame);
    } catch (error) {
      this.#held = undefined;
      this.#breakOff(error);
    }
    const end = this.#endWhileReading;
    if (end !== undefined) this.#finish(end);
  }

  /** What it says cannot be understood. */
  #breakOff(error: unknown): void {
    this.#fault = error instanceof Error ? error : new ProtocolError(String(error));
    this.#kill();
  }

  #receive(reply: WorkerReply): void {
    switch (reply.type) {
      case 'ready':
        if (reply.protocol === PROTOCOL_VERSION) {
          this.#up = true;
          clearTimeout(this.#startLimit);
          if (this.#task === undefined) this.#process.hold(false);
          return this.#owner.up();
        }
        throw new ProtocolError(`the worker speaks version ${reply.protocol} of the protocol, not ${PROTOCOL_VERSION}`);
      case 'event':
        if (reply.channel === this.#channel) this.#task?.event(reply.event);
        return;
      case 'finished': {
        const task = this.#task;
        if (reply.channel !== this.#channel || task === undefined) return;
        if (reply.results !== undefined) task.event(reply.results);
        this.#task = undefined;
        this.#process.hold(false);
        this.#process.file.trim();
        task.finished();
        return;
      }
      case 'alive':
        return;
      case 'lost':
      case 'running':
      case 'exited':
        throw new ProtocolError(`a worker process cannot tell '${reply.type}' of itself`);
    }
  }

  /** Output that did not pass through the task's `process.stdout`: of native code, child processes and Node itself. */
  #rawOutput(stream: 'stdout' | 'stderr', text: string): void {
    if (stream === 'stderr') this.#stderrTail = (this.#stderrTail + text).slice(-STDERR_TAIL_CHARS);
    const task = this.#task;
    if (task === undefined) return;
    const call = this.#notedCalls(task.invocation)[0] ?? task.invocation.calls[0] ?? 0;
    task.event({ type: 'log', call, stream, text });
  }

  /** The calls that the process noted last, if they are this invocation's. */
  #notedCalls({ calls }: Invocation): readonly number[] {
    if (calls.length === 1) return calls;
    const note = this.#process.file.note();
    const place = note === undefined ? -1 : calls.indexOf(note.call);
    return note === undefined || place < 0 ? [] : calls.slice(place, place + note.count);
  }

  #finish(end: ProcessEnd): void {
    if (this.#dead) return;
    // What it said before is heard first.
    if (this.#held !== undefined) {
      this.#endWhileReading = end;
      return;
    }
    const { exitCode, signal, killedForMemory, fault = this.#fault } = end;
    this.#dead = true;
    clearTimeout(this.#startLimit);
    const task = this.#task;
    this.#task = undefined;
    const running = task === undefined ? [] : this.#notedCalls(task.invocation);
    this.#process.file.close();
    this.#gone.resolve();
    const reason = this.#tooLate;
    const death = deathOf({ exitCode, signal, running, stderr: this.#stderrTail, killedForMemory, reason });
    const died = new WorkerDied(death, fault);
    const isUnused = task === undefined && !this.#up && (!this.#dying || reason !== undefined);
    this.#owner.gone(isUnused ? died : undefined);
    task?.died(died);
  }
}

function withoutSetup({ task: _, ...invocation }: Invocation): Invocation {
  return invocation;
}
