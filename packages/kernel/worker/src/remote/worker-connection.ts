import type { Readable, Writable } from 'node:stream';
import type { CallEvent } from '../call-event.ts';
import type { Invocation, ShippedModule } from '../invocation.ts';
import { WorkerDied } from '../pool/worker-died.ts';
import {
  type DirectLine,
  decodeReply,
  EventStream,
  encodeRequest,
  FrameReader,
  PROTOCOL_VERSION,
  ProtocolError,
  type WorkerFacts,
  type WorkerReply,
  type WorkerRequest,
} from '../protocol/index.ts';
import { DistantProcesses, type ExitListener } from './distant-processes.ts';
import { DistantRuns, type RemoteRun } from './distant-runs.ts';
import { type SilenceOptions, SilenceWatch } from './silence-watch.ts';

export interface WorkerConnectionOptions {
  /** The supervisor's stdin. */
  readonly input: Writable;
  /** The supervisor's stdout. */
  readonly output: Readable;
  /** Where the output comes with other things: makes what gets each chunk of it, and gives on what is stdout. Default: all is. */
  readonly unwrap?: (onStdout: (bytes: Buffer) => void) => (chunk: Buffer) => void;
  /**
   * Called once when the connection has ended before it was closed: asks the platform what became of the worker. What it
   * gives is what open runs fail with.
   * @param cause What broke the connection, where that is known.
   */
  readonly explainEnd: (cause: Error | undefined) => Promise<Error> | Error;
  /** What a run fails with when its process ends before it. Default: the `WorkerDied` itself. */
  readonly toError?: (died: WorkerDied) => unknown;
  /** Told while runs are open and the worker does not answer: every `everyMs`, with the time since it was last heard. */
  readonly silence?: SilenceOptions;
  /** The worker is let hear something this often, in ms, busy or not; see `SupervisorOptions.silenceSeconds`. */
  readonly keepAliveMs?: number;
}

/** The client's end of a supervisor (`worker.mjs --stdio`): many invocations and their events on one duplex byte stream. */
export class WorkerConnection {
  /** What the worker tells about itself. Rejects when the connection ends first. */
  readonly ready: Promise<WorkerFacts>;
  readonly #options: WorkerConnectionOptions;
  readonly #runs = new DistantRuns(
    (request) => this.#send(request),
    () => this.#hold(),
  );
  readonly #processes = new DistantProcesses((request) => this.#send(request));
  #busyProcesses = 0;
  readonly #silence: SilenceWatch | undefined;
  readonly #keepAliveTimer: NodeJS.Timeout | undefined;
  #answerReady: { resolve(facts: WorkerFacts): void; reject(error: unknown): void };
  #closed = false;
  /** Why nothing runs here any more; set when the connection has ended. */
  #failure: Promise<Error> | undefined;

  constructor(options: WorkerConnectionOptions) {
    this.#options = options;
    const { promise, ...answer } = Promise.withResolvers<WorkerFacts>();
    this.ready = promise;
    this.#answerReady = answer;
    // Runs tell it too; nobody has to ask for the facts.
    promise.catch(() => {});
    const { input, output, silence } = options;
    if (silence !== undefined) this.#silence = new SilenceWatch(silence, () => this.#send({ type: 'ping' }));
    const reader = new FrameReader((frame) => this.#receive(decodeReply(frame)));
    const read = (bytes: Buffer) => reader.push(bytes);
    const take = options.unwrap?.(read) ?? read;
    output.on('data', (chunk: Buffer) => {
      this.#silence?.heard();
      try {
        take(chunk);
      } catch (error) {
        this.fail(error instanceof Error ? error : new ProtocolError(String(error)));
      }
    });
    output.on('end', () => this.#end(undefined)).on('close', () => this.#end(undefined));
    output.on('error', (error) => this.#end(error));
    // What a dying worker no longer takes is told by its output.
    input.on('error', () => {});
    this.#send({ type: 'hello', protocol: PROTOCOL_VERSION });
    const { keepAliveMs } = options;
    if (keepAliveMs !== undefined)
      this.#keepAliveTimer = setInterval(() => this.#send({ type: 'ping' }), keepAliveMs).unref();
  }

  /** Invocations in progress. */
  get size(): number {
    return this.#runs.size;
  }

  /** Whether it can be given more. */
  get usable(): boolean {
    return !this.#closed && this.#failure === undefined;
  }

  /**
   * Runs an invocation. The events fail with what `toError` makes when the process that runs it ends first, and with
   * what `explainEnd` gives when the whole worker does. On abort the process is killed and the events end.
   */
  run(invocation: Invocation, module: ShippedModule, signal: AbortSignal): RemoteRun {
    if (!this.usable || signal.aborted) return unstarted(this.#closed || signal.aborted ? undefined : this.#failure);
    const { input } = this.#options;
    input.cork();
    const run = this.#runs.start(invocation, module, signal);
    input.uncork();
    this.#hold();
    return run;
  }

  /**
   * Has the supervisor start a process that talks to us by itself.
   * @param onEnd Told once: how it ended, or what became of the worker.
   * @returns what kills it
   */
  spawn(line: DirectLine, onEnd: ExitListener): () => void {
    if (this.usable) return this.#processes.spawn(line, onEnd);
    void Promise.resolve(this.#failure ?? closedError()).then(onEnd);
    return () => {};
  }

  /** A process that talks to us by itself is at work, or has done it: as with runs of our own. */
  hold(busy: boolean): void {
    this.#busyProcesses += busy ? 1 : -1;
    this.#hold();
  }

  /** The worker is of no use any more, for this reason: its open runs fail with it, and its input is closed. */
  fail(error: Error): void {
    this.#end(error, error);
  }

  /** Closes the worker's input, whereupon it ends; open runs end without a word. */
  close(): void {
    this.#closed = true;
    this.#runs.allLost();
    this.#processes.lost(closedError());
    this.#silence?.stop();
    clearInterval(this.#keepAliveTimer);
    this.#options.input.end();
    this.#answerReady.reject(closedError());
  }

  #send(request: WorkerRequest): void {
    const { input } = this.#options;
    if (!input.writable) return;
    for (const piece of encodeRequest(request)) input.write(piece);
  }

  #receive(reply: WorkerReply): void {
    switch (reply.type) {
      case 'ready':
        if (reply.protocol !== PROTOCOL_VERSION)
          throw new ProtocolError(
            `the worker speaks version ${reply.protocol} of the protocol, not ${PROTOCOL_VERSION}`,
          );
        this.#answerReady.resolve(reply.facts);
        return;
      case 'alive':
        return;
      case 'event':
        return this.#runs.event(reply.channel, reply.event);
      case 'running':
        return this.#runs.running(reply.channel, reply.call);
      case 'exited':
        return this.#processes.exited(reply.process, reply.exit);
      case 'finished':
        return this.#runs.finished(reply.channel, reply.results);
      case 'lost':
        return this.#runs.lost(reply.channel, () => this.#toError(new WorkerDied(reply.death)));
    }
  }

  #toError(died: WorkerDied): unknown {
    return this.#options.toError?.(died) ?? died;
  }

  #end(cause: Error | undefined, known?: Error): void {
    if (this.#closed || this.#failure !== undefined) return;
    this.#silence?.stop();
    clearInterval(this.#keepAliveTimer);
    this.#failure = Promise.resolve(known ?? this.#options.explainEnd(cause));
    this.#options.input.end();
    void this.#failure.then((error) => {
      this.#answerReady.reject(error);
      this.#runs.allLost(error);
      this.#processes.lost(error);
    });
  }

  /** A client waits for a busy worker, and is free to end beside an idle one. */
  #hold(): void {
    const busy = this.#runs.size > 0 || this.#busyProcesses > 0;
    for (const stream of new Set<Readable | Writable>([this.#options.input, this.#options.output])) {
      const method: unknown = Reflect.get(stream, busy ? 'ref' : 'unref');
      if (typeof method === 'function') Reflect.apply(method, stream, []);
    }
    if (busy) this.#silence?.start();
    else this.#silence?.stop();
  }
}

/** What never gets to the worker: it fails with what has become of that, or ends without a word. */
function unstarted(failure: Promise<Error> | undefined): RemoteRun {
  const events = new EventStream<CallEvent>();
  if (failure === undefined) events.end();
  else void failure.then((error) => events.fail(error));
  return { recall: () => {}, running: () => undefined, [Symbol.asyncIterator]: () => events };
}

function closedError(): Error {
  return new Error('the connection was closed');
}
