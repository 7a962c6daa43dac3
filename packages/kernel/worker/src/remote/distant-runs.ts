import type { CallEvent, CallResults } from '../call-event.ts';
import type { Invocation, ShippedModule, TaskSetup } from '../invocation.ts';
import { EventStream, type WorkerRequest } from '../protocol/index.ts';
import { SentModules } from './sent-modules.ts';

/** An invocation on its way through a supervisor; its events are read once. */
export interface RemoteRun extends AsyncIterable<CallEvent> {
  /** Asks for calls that have not been started; answered by a `returned` event. */
  recall(calls: readonly number[]): void;
  /** The call that is running, where it has been told since the last recall. */
  running(): number | undefined;
}

interface OpenRun {
  readonly events: EventStream<CallEvent>;
  running: number | undefined;
  /** Removes it from where it is known. */
  left(): void;
}

/** The invocations that a supervisor runs for us, each on a channel of its own. */
export class DistantRuns {
  readonly #send: (request: WorkerRequest) => void;
  readonly #onLeft: () => void;
  readonly #runs = new Map<number, OpenRun>();
  readonly #sent = new SentModules();
  #setup: TaskSetup | undefined;
  #channel = 0;

  /** @param onLeft told whenever one has ended, or nobody waits for it any more */
  constructor(send: (request: WorkerRequest) => void, onLeft: () => void) {
    this.#send = send;
    this.#onLeft = onLeft;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** Has the supervisor run an invocation. On abort the process that runs it is killed, and the events end. */
  start(invocation: Invocation, module: ShippedModule, signal: AbortSignal): RemoteRun {
    const { calls } = invocation;
    const events = new EventStream<CallEvent>();
    const channel = this.#nextChannel();
    const stop = () => {
      events.end();
      if (this.#runs.has(channel)) this.#send({ type: 'cancel', channel });
      run.left();
    };
    const run: OpenRun = {
      events,
      running: calls.length === 1 ? calls[0] : undefined,
      left: () => {
        this.#runs.delete(channel);
        signal.removeEventListener('abort', stop);
        this.#onLeft();
      },
    };
    events.onReturn = stop;
    signal.addEventListener('abort', stop, { once: true });
    this.#runs.set(channel, run);
    this.#request(channel, invocation, module);
    return {
      recall: (wanted) => {
        if (!this.#runs.has(channel)) return;
        // What was told before may be old by now. The supervisor tells anew, once the recall is with the worker.
        if (calls.length > 1) run.running = undefined;
        this.#send({ type: 'recall', channel, calls: wanted });
      },
      running: () => (this.#runs.has(channel) ? run.running : undefined),
      [Symbol.asyncIterator]: () => events,
    };
  }

  event(channel: number, event: CallEvent): void {
    this.#runs.get(channel)?.events.push(event);
  }

  running(channel: number, call: number): void {
    const run = this.#runs.get(channel);
    if (run !== undefined) run.running = call;
  }

  /** Nothing more comes from this one, but for its last results. */
  finished(channel: number, results: CallResults | undefined): void {
    const run = this.#runs.get(channel);
    if (run === undefined) return;
    if (results !== undefined) run.events.push(results);
    run.events.end();
    run.left();
  }

  /** The process of this one has died. @param reason what it fails with, where anybody still waits for it */
  lost(channel: number, reason: () => unknown): void {
    const run = this.#runs.get(channel);
    if (run === undefined) return;
    run.events.fail(reason());
    run.left();
  }

  /** Nobody tells of any of them any more. @param error absent: they end without a word */
  allLost(error?: Error): void {
    for (const run of [...this.#runs.values()]) {
      if (error === undefined) run.events.end();
      else run.events.fail(error);
      run.left();
    }
  }

  #request(channel: number, invocation: Invocation, module: ShippedModule): void {
    if (this.#sent.use(module)) {
      this.#send({ type: 'module', module });
      for (const hash of this.#sent.overflow()) this.#send({ type: 'forget', hash });
    }
    const { task, ...rest } = invocation;
    // The same for all tasks of an executor, and perhaps large.
    const known = task === undefined || task === this.#setup;
    if (task !== undefined) this.#setup = task;
    this.#send({ type: 'run', channel, invocation: known ? rest : invocation });
  }

  #nextChannel(): number {
    do this.#channel = (this.#channel % 0xffff_ffff) + 1;
    while (this.#runs.has(this.#channel));
    return this.#channel;
  }
}
