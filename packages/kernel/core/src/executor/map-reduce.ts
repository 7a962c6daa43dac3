import { FuturesList, type FuturesListOwner } from '../future/futures-list.ts';
import type { ResponseFuture } from '../future/response-future.ts';
import type { Invoker } from '../invocation/invoker.ts';
import type { Job } from '../job/job.ts';
import type { ObjectPartition } from '../objects/object-partition.ts';
import type { ExecutorJobs } from './executor-jobs.ts';
import type { FillingLists, Items } from './filling-lists.ts';
import type { JobAcknowledgements } from './job-acknowledgements.ts';
import type { splitMapReduceOptions } from './map-reduce-options.ts';
import { addReduceCall } from './reduce.ts';

/** What a map with its reducers has of its executor. */
export interface MapReduceParts {
  readonly executor: FuturesListOwner;
  readonly jobs: ExecutorJobs;
  readonly invoker: Invoker;
  readonly filling: FillingLists;
  readonly acknowledgements: JobAcknowledgements;
}

/** A job whose results are reduced by the calls of another. */
export class MapReduce<Reduced> {
  readonly #mapJob: Job;
  readonly #reduceJob: Job;
  readonly #options: Pick<ReturnType<typeof splitMapReduceOptions>, 'map' | 'spawnReducer'>;
  readonly #parts: MapReduceParts;
  readonly #completing: Promise<unknown>[] = [];

  constructor(mapJob: Job, reduceJob: Job, options: ReturnType<typeof splitMapReduceOptions>, parts: MapReduceParts) {
    this.#mapJob = mapJob;
    this.#reduceJob = reduceJob;
    this.#options = options;
    this.#parts = parts;
    mapJob.feedsCalls();
  }

  /** One reducer for all results. */
  whole(source: Items<unknown>): ResponseFuture<Reduced> {
    const { filling, acknowledgements } = this.#parts;
    const future = this.#reduce(filling.from(source, this.#mapJob, this.#options.map.signal, () => {}));
    acknowledgements.acknowledge(this.#reduceJob, undefined, Promise.all(this.#completing));
    return future;
  }

  /** One for the results of the parts of each object. */
  onePerObject(source: Items<unknown>): FuturesList<Reduced> {
    const { executor, filling, acknowledgements } = this.#parts;
    const reduced = FuturesList.fromFutures<Reduced>([], executor);
    let parts: ResponseFuture<unknown>[] = [];
    const mapped = filling.from(source, this.#mapJob, this.#options.map.signal, (future, item) => {
      parts.push(future);
      const { part, totalParts } = item as ObjectPartition; // what lists of objects hold
      if (part < totalParts) return;
      reduced.push(this.#reduce(FuturesList.fromFutures(parts)));
      parts = [];
    });
    filling.fill(reduced, mapped.submitted);
    acknowledgements.acknowledge(
      this.#reduceJob,
      reduced,
      mapped.submitted.then(() => Promise.all(this.#completing)),
    );
    return reduced;
  }

  #reduce(mapped: FuturesList<unknown>): ResponseFuture<Reduced> {
    const { invoker, jobs } = this.#parts;
    const { call, complete } = addReduceCall(this.#reduceJob, mapped, this.#options.spawnReducer, invoker);
    this.#completing.push(complete);
    return jobs.future<Reduced>(call);
  }
}
