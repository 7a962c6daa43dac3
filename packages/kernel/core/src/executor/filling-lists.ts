import { FuturesList, type FuturesListOwner } from '../future/futures-list.ts';
import { ResponseFuture } from '../future/response-future.ts';
import type { Invoker } from '../invocation/invoker.ts';
import type { Job } from '../job/job.ts';
import type { ShownJob } from '../progress/shown-job.ts';
import { addAll, addItem } from './add-items.ts';
import type { JobAcknowledgements } from './job-acknowledgements.ts';

/** A source of items, read at once where it is synchronous. */
export type Items<Item> = Iterable<Item> | AsyncIterable<Item>;

/** Lists of futures whose source has not ended. */
export class FillingLists {
  readonly #executor: FuturesListOwner;
  readonly #invoker: Invoker;
  readonly #acknowledgements: JobAcknowledgements;
  readonly #lists = new Set<FuturesList<unknown>>();

  constructor(executor: FuturesListOwner, invoker: Invoker, acknowledgements: JobAcknowledgements) {
    this.#executor = executor;
    this.#invoker = invoker;
    this.#acknowledgements = acknowledgements;
  }

  /** Adds the items of a source to a job, at once or as they come. @returns their futures */
  from<Result>(
    source: Items<unknown>,
    job: Job,
    signal: AbortSignal | undefined,
    added: (future: ResponseFuture<Result>, item: unknown) => void,
  ): FuturesList<Result> {
    const futures = FuturesList.fromFutures<Result>([], this.#executor);
    const add = (item: unknown) => {
      const future = new ResponseFuture<Result>(addItem(job, item, this.#invoker));
      futures.push(future);
      added(future, item);
    };
    if (Symbol.asyncIterator in source) {
      const filling = addAll(source, add, job, this.#invoker, signal);
      this.fill(futures, filling, job.shown);
      this.#acknowledgements.acknowledge(job, futures, filling);
      return futures;
    }
    for (const item of source) add(item);
    job.allAdded();
    this.#invoker.submit(job);
    this.#acknowledgements.acknowledge(job, futures);
    return futures;
  }

  /** The list gets futures until `filling` has ended. */
  fill(futures: FuturesList<unknown>, filling: Promise<void>, job?: ShownJob): void {
    futures.fillFrom(filling, job);
    this.#lists.add(futures);
    filling.then(
      () => this.#lists.delete(futures),
      () => {}, // told by whoever asks for the results first
    );
  }

  /** Waits for sources that are still being read. @throws what a source failed with, once. */
  async filled(): Promise<void> {
    for (const futures of this.#lists) {
      try {
        await futures.submitted;
      } finally {
        this.#lists.delete(futures);
      }
    }
  }
}
