import type { CallEvent } from '../call-event.ts';
import type { Invocation, ShippedModule } from '../invocation.ts';
import { EventStream } from '../protocol/index.ts';
import { TimeLimit } from './time-limit.ts';
import type { WorkerDied } from './worker-died.ts';
import type { WorkerProcess, WorkerTask } from './worker-process.ts';

/** What a run needs of its pool. */
export interface RunPool {
  /** A worker is free. */
  left(): void;
  /** A run that waits for a worker needs none any more. */
  forget(run: PoolRun): void;
  toError(died: WorkerDied): unknown;
}

/** An invocation on its way through the pool; its events are read once. */
export class PoolRun implements WorkerTask, AsyncIterable<CallEvent> {
  readonly invocation: Invocation;
  readonly module: ShippedModule;
  readonly #events = new EventStream<CallEvent>();
  readonly #pool: RunPool;
  #worker: WorkerProcess | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #limit: TimeLimit | undefined;
  readonly #onAbort = (): void => this.stop();

  constructor(invocation: Invocation, module: ShippedModule, signal: AbortSignal | undefined, pool: RunPool) {
    this.invocation = invocation;
    this.module = module;
    this.#pool = pool;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#events.onReturn = this.#onAbort;
    const { limitMs } = invocation;
    this.#limit = limitMs === undefined ? undefined : new TimeLimit(invocation, limitMs, () => this.#expire());
  }

  /** Asks for calls that have not been started; answered by a `returned` event. */
  recall(calls: readonly number[]): void {
    this.#worker?.recall(this, calls);
  }

  /** The last call that may be running, where it is known: none behind it has been started. */
  running(): number | undefined {
    return this.#worker?.running(this).at(-1);
  }

  /** Kills the process that it runs on, and ends the events. */
  stop(): void {
    this.#limit?.lift();
    this.#events.end();
    this.#pool.forget(this);
    this.#worker?.cancel(this);
  }

  [Symbol.asyncIterator](): AsyncIterator<CallEvent> {
    return this.#events;
  }

  /** @internal */
  startOn(worker: WorkerProcess): void {
    this.#worker = worker;
    worker.start(this);
  }

  /** @internal */
  event(event: CallEvent): void {
    this.#limit?.event(event);
    this.#events.push(event);
  }

  /** @internal */
  finished(): void {
    this.#events.end();
    this.#leave();
  }

  /** @internal */
  died(died: WorkerDied): void {
    this.#events.fail(this.#pool.toError(died));
    this.#leave();
  }

  #expire(): void {
    if (this.#limit !== undefined) this.event(this.#limit.expired(this.#worker?.running(this) ?? []));
    this.stop();
  }

  #leave(): void {
    this.#limit?.lift();
    this.#worker = undefined;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#pool.left();
  }
}
