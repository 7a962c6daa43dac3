import { Fifo } from '../collections/fifo.ts';
import type { Call } from '../future/call.ts';
import type { Invoker } from '../invocation/invoker.ts';
import { EncodedItem } from '../job/encoded-item.ts';
import type { Job } from '../job/job.ts';

export interface ResultStreamSettings {
  /** Items taken whose results have not been taken; absent: as many as keep the workers busy. */
  readonly maxInFlight?: number;
  /** Results in the order of the source, or as they come. */
  readonly ordered: boolean;
}

const MOST_IN_FLIGHT = 8192;
/** Items and results held, in bytes, unless a single one is larger. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Work to have in flight for each worker, in ms. */
const WORK_AHEAD_MS = 10;
const OVERHEAD_MS = 0.0015;

/**
 * Runs a source of items through a job and gives the results, holding no more than a window of them: when the reader is
 * slow, the source is not read. When the reader stops early the source is ended and what is in flight is cancelled.
 */
export class ResultStream<Result> implements AsyncIterable<Result> {
  readonly #job: Job;
  readonly #invoker: Invoker;
  readonly #settings: ResultStreamSettings;
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  /** Calls in the order in which results are given. */
  readonly #line = new Fifo<Call>();
  #inFlight = 0;
  #bytes = 0;
  #sourceEnded = false;
  #sourceFailure: { readonly error: unknown } | undefined;
  #stopped = false;
  #wakeReader: (() => void) | undefined;
  #wakeFeeder: (() => void) | undefined;

  constructor(
    source: Iterable<unknown> | AsyncIterable<unknown>,
    job: Job,
    invoker: Invoker,
    settings: ResultStreamSettings,
  ) {
    this.#job = job;
    job.progress.streamed = true;
    this.#invoker = invoker;
    this.#settings = settings;
    this.#iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    job.onSettled = (call) => this.#settled(call);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Result, void, void> {
    const feeding = this.#feed();
    try {
      for (;;) {
        const call = this.#next();
        if (call === undefined) {
          if (this.#sourceEnded && this.#inFlight === 0) break;
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
          continue;
        }
        this.#took();
        if (call.state !== 'success') throw call.error;
        yield (call.stored === undefined ? call.value() : await call.fetch()) as Result; // what the user's function returned
      }
      if (this.#sourceFailure !== undefined) throw this.#sourceFailure.error;
    } finally {
      await this.#stop(feeding);
    }
  }

  async #feed(): Promise<void> {
    this.#job.filling = true;
    try {
      while (!this.#stopped) {
        if (this.#inFlight > 0 && !this.#hasRoom()) {
          this.#invoker.submit(this.#job);
          await new Promise<void>((resolve) => {
            this.#wakeFeeder = resolve;
          });
          continue;
        }
        const pulled = this.#iterator.next();
        const awaited = pulled instanceof Promise;
        const next = awaited ? await pulled : pulled;
        if (next.done === true) break;
        if (this.#stopped) return;
        this.#add(next.value);
        if (awaited) this.#invoker.submit(this.#job);
      }
    } catch (error) {
      this.#sourceFailure = { error };
    }
    this.#job.filling = false;
    this.#sourceEnded = true;
    this.#invoker.submit(this.#job);
    this.#wakeReader?.();
  }

  #add(item: unknown): void {
    const call = this.#job.add(item);
    this.#inFlight++;
    this.#bytes += sizeOf(call.item);
    if (this.#settings.ordered) this.#line.push(call);
  }

  #settled(call: Call): void {
    if (!this.#settings.ordered) this.#line.push(call);
    const wake = this.#wakeReader;
    if (wake === undefined || this.#line.peek()?.done !== true) return;
    this.#wakeReader = undefined;
    wake();
  }

  #next(): Call | undefined {
    return this.#line.peek()?.done === true ? this.#line.shift() : undefined;
  }

  #took(): void {
    this.#inFlight--;
    this.#bytes = this.#inFlight === 0 ? 0 : this.#bytes - this.#bytes / (this.#inFlight + 1);
    const wake = this.#wakeFeeder;
    // Waits for some room, so that items are taken and sent many at a time.
    if (wake === undefined || this.#inFlight > this.#window() * 0.75) return;
    this.#wakeFeeder = undefined;
    wake();
  }

  #hasRoom(): boolean {
    return (
      this.#inFlight < this.#window() && this.#bytes + this.#inFlight * (this.#job.typicalResultBytes ?? 0) < MOST_BYTES
    );
  }

  #window(): number {
    const { slots } = this.#invoker;
    const { maxInFlight } = this.#settings;
    if (maxInFlight !== undefined) return maxInFlight;
    const { typicalDuration } = this.#job;
    const ahead = typicalDuration === undefined ? 2 : Math.ceil(WORK_AHEAD_MS / (typicalDuration + OVERHEAD_MS));
    return Math.min(MOST_IN_FLIGHT, slots * Math.max(2, ahead));
  }

  async #stop(feeding: Promise<void>): Promise<void> {
    this.#stopped = true;
    this.#wakeFeeder?.();
    if (this.#job.open.size > 0)
      this.#invoker.cancel([...this.#job.open], new Error('the reader of the stream stopped'));
    if (this.#sourceEnded) {
      await feeding;
      return;
    }
    this.#job.filling = false;
    this.#sourceEnded = true;
    // Not waited for: a source that is waiting for its own next item would keep the reader here.
    Promise.resolve(this.#iterator.return?.()).catch(() => {});
  }
}

function sizeOf(item: unknown): number {
  if (item instanceof EncodedItem) return item.bytes.byteLength;
  return typeof item === 'string' ? item.length * 2 : 16;
}
