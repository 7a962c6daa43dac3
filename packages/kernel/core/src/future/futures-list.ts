import { EventStream } from '@lithops/worker/protocol';
import type { MapOptions, MapReduceOptions } from '../executor/map-options.ts';
import type { ShownJob } from '../progress/shown-job.ts';
import { unwatch, watch } from '../progress/watched-jobs.ts';
import { ResponseFuture, type ResultOptions } from './response-future.ts';
import { collect, settle, type WaitOptions } from './settle.ts';
import type { WaitLimits } from './wait-for-calls.ts';

/** Goes on from a list's futures on the executor that made it; the types are those of {@link FuturesList}'s methods. */
export interface FuturesListOwner {
  map(fn: unknown, futures: unknown, options: unknown): unknown;
  mapReduce(mapFn: unknown, futures: unknown, reduceFn: unknown, options: unknown): unknown;
}

/** An array whose `map` is not Array's: it runs a function over the futures' results. */
type FutureArray<Result> = Omit<Array<ResponseFuture<Result>>, 'map'>;
const FutureArray = Array as unknown as new <Result>() => FutureArray<Result>; // Array itself, seen through the type above

/**
 * The futures of a job, in the order of its items.
 * An array, but for `map` and `mapReduce`, which run functions over the results. `for await` gives the futures as they end.
 */
export class FuturesList<Result> extends FutureArray<Result> implements AsyncIterable<ResponseFuture<Result>> {
  #owner: FuturesListOwner | undefined;
  #submitted: Promise<void> | undefined;
  #acknowledged: Promise<void> | undefined;
  #filler: ShownJob | undefined;

  /** Array's own methods (`filter`, `slice`) make plain arrays. */
  static get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** @internal A list of these futures; without an executor it cannot go on by `map`. */
  static fromFutures<Result>(futures: Iterable<ResponseFuture<Result>>, owner?: FuturesListOwner): FuturesList<Result> {
    const list = new FuturesList<Result>();
    for (const future of futures) list.push(future);
    list.#owner = owner;
    return list;
  }

  /** @internal The list is being filled until this is done, by the items of a job. */
  fillFrom(filling: Promise<void>, job?: ShownJob): void {
    this.#filler = job;
    this.#submitted = filling.then(() => {
      this.#submitted = undefined;
      this.#filler = undefined;
    });
    // Whoever waits for the list is told; nobody has to.
    this.#submitted.catch(() => {});
  }

  /** @internal The job of a list is durable from when this resolves. */
  acknowledgedBy(acknowledged: Promise<void>): void {
    this.#acknowledged = acknowledged;
  }

  /** @internal The list itself when it is full, else its futures once it is. */
  filledOrFilling(): Iterable<ResponseFuture<Result>> | AsyncIterable<ResponseFuture<Result>> {
    if (this.#submitted === undefined) return Array.from(this);
    const list = this;
    return {
      async *[Symbol.asyncIterator]() {
        await list.#submitted;
        yield* Array.from(list);
      },
    };
  }

  /**
   * Resolves when the list is filled: at once for arrays, when the source has ended for asynchronous ones; for a durable
   * job when it outlives this process. Rejects when the source fails, or the job cannot be written to storage.
   */
  get submitted(): Promise<void> {
    if (this.#acknowledged === undefined) return this.#submitted ?? Promise.resolve();
    return Promise.all([this.#submitted, this.#acknowledged]).then(() => {});
  }

  /** @internal Waits for `submitted`, and shows meanwhile how far the job has come. */
  async untilSubmitted({ showProgressBar }: WaitLimits): Promise<void> {
    const job = showProgressBar === false ? undefined : this.#filler;
    if (job !== undefined) watch(job);
    try {
      await this.submitted;
    } finally {
      if (job !== undefined) unwatch(job);
    }
  }

  /** The results, in the order of the items. @throws what the first failed call failed with. */
  async result(options?: ResultOptions): Promise<Result[]> {
    await this.untilSubmitted(options ?? {});
    return collect<Result>(Array.from(this), options ?? {});
  }

  /** Waits for the calls; see the module-level `wait`. */
  async wait(options?: WaitOptions): Promise<[done: FuturesList<Result>, notDone: FuturesList<Result>]> {
    await this.untilSubmitted(options ?? {});
    const futures = Array.from(this);
    await settle(futures, options ?? {});
    return [
      FuturesList.fromFutures(futures.filter((future) => future.done)),
      FuturesList.fromFutures(futures.filter((future) => !future.done)),
    ];
  }

  /** Stops every call of the list that has not ended. */
  async cancel(reason?: unknown): Promise<void> {
    const byOwner = Map.groupBy(
      Array.from(this, (future) => ResponseFuture.callOf(future)),
      (call) => call.owner,
    );
    for (const [owner, calls] of byOwner) owner.cancel(calls, reason);
  }

  /** Runs a function over the results of these futures, each as soon as it is there. */
  map<Next>(fn: (item: Result, ...extra: never[]) => Next, options?: MapOptions): FuturesList<Awaited<Next>> {
    return this.#executor().map(fn, this, options) as FuturesList<Awaited<Next>>; // what the executor's map gives for this fn
  }

  /** `map`, then one call of `reduceFn` with all the results. */
  mapReduce<Mapped, Reduced>(
    mapFn: (item: Result, ...extra: never[]) => Mapped,
    reduceFn: (results: Awaited<Mapped>[], ...extra: never[]) => Reduced,
    options?: MapReduceOptions,
  ): ResponseFuture<Awaited<Reduced>> {
    return this.#executor().mapReduce(mapFn, this, reduceFn, options) as ResponseFuture<Awaited<Reduced>>; // likewise
  }

  async *[Symbol.asyncIterator](): AsyncIterator<ResponseFuture<Result>> {
    await this.submitted;
    const ended = new EventStream<ResponseFuture<Result>>();
    let left = this.length;
    if (left === 0) return;
    for (const future of this) {
      ResponseFuture.callOf(future).onDone(() => {
        ended.push(future);
        if (--left === 0) ended.end();
      });
    }
    yield* ended;
  }

  #executor(): FuturesListOwner {
    if (this.#owner !== undefined) return this.#owner;
    throw new TypeError('this list was put together by hand; pass it to an executor: fexec.map(fn, list)');
  }
}
