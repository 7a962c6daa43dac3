import { setImmediate as nextTurn } from 'node:timers/promises';
import { loadConfig, type ResolvedConfig } from '../config/load-config.ts';
import { type CostEstimate, estimateCost, type PlannedJob } from '../cost/estimate-cost.ts';
import { CancelledError } from '../errors/cancelled-error.ts';
import { ConfigError } from '../errors/config-error.ts';
import { FuturesList } from '../future/futures-list.ts';
import { ResponseFuture, type ResultOptions } from '../future/response-future.ts';
import type { WaitOptions } from '../future/settle.ts';
import { type Futures, getResult, wait } from '../future/wait.ts';
import { Invoker } from '../invocation/invoker.ts';
import type { Job } from '../job/job.ts';
import { OpenJobs } from '../job/open-jobs.ts';
import { CACHE_PREFIX } from '../job/result-cache.ts';
import { ObjectList } from '../objects/object-list.ts';
import type { ObjectPartition } from '../objects/object-partition.ts';
import type { JobObservers } from '../observation/job-observers.ts';
import { openObservers } from '../observation/open-observers.ts';
import { ExecutionStats } from '../stats/execution-stats.ts';
import { type PlotOptions, plotCalls } from '../stats/plot-calls.ts';
import { recordsOf } from '../stats/records-of.ts';
import { cleanExecutorObjects } from '../storage/clean-executor-objects.ts';
import type { Storage } from '../storage/storage.ts';
import { type AttachedJobs, type AttachingExecutor, attachJobs, parseJobKey } from './attach-jobs.ts';
import { attachedCall } from './attached-future.ts';
import { type CleanOptions, toCleanScope } from './clean-options.ts';
import { ExecutorCompute } from './executor-compute.ts';
import { createExecutorId } from './executor-id.ts';
import { ExecutorJobs } from './executor-jobs.ts';
import type { ExecutorOptions } from './executor-options.ts';
import { ExecutorState } from './executor-state.ts';
import { ExecutorStorages } from './executor-storages.ts';
import { FillingLists, type Items } from './filling-lists.ts';
import { iterableItems } from './iterable-items.ts';
import { JobAcknowledgements } from './job-acknowledgements.ts';
import { JobFactory } from './job-factory.ts';
import type { JobSummary } from './job-summary.ts';
import {
  assertCount,
  type CallOptions,
  type MapOptions,
  type MapReduceOptions,
  type MapStreamOptions,
} from './map-options.ts';
import { MapReduce } from './map-reduce.ts';
import { splitMapReduceOptions } from './map-reduce-options.ts';
import { objectItems, refusePartitionOptions } from './object-items.ts';
import { ResultStream } from './result-stream.ts';
import { TaskReach } from './task-reach.ts';
import { tasksReachStorage } from './task-setup.ts';
import { toldOfJobs } from './told-of-jobs.ts';

type AnyFunction = (...args: never[]) => unknown;

/**
 * Runs functions over data as parallel tasks, where the configuration says; without any, in processes on this machine.
 * Nothing is started before the first task. `await using`, or `close()`, leaves nothing behind.
 */
export class FunctionExecutor implements AsyncDisposable {
  readonly executorId: string;
  readonly config: ResolvedConfig;
  readonly #invoker: Invoker;
  readonly #reach: TaskReach;
  readonly #closing = new AbortController();
  readonly #open = new OpenJobs();
  readonly #jobs: ExecutorJobs;
  readonly #compute: ExecutorCompute;
  readonly #acknowledgements: JobAcknowledgements;
  readonly #state: ExecutorState;
  readonly #adopted: Job[] = [];
  readonly #storages: ExecutorStorages;
  readonly #filling: FillingLists;
  readonly #observers: JobObservers | undefined;
  readonly #factory: JobFactory;
  #closed: Promise<void> | undefined;

  /**
   * @param executorId only for jobs of another process, see {@link FunctionExecutor.attach}.
   * @throws ConfigError when options or configuration are wrong in a way that can be seen without I/O beyond the configuration's own files.
   */
  constructor(options: ExecutorOptions = {}, executorId: string = createExecutorId()) {
    this.executorId = executorId;
    this.#jobs = new ExecutorJobs(executorId, this.#open);
    this.config = loadConfig(options);
    this.#reach = new TaskReach(this.config);
    this.#storages = new ExecutorStorages(this.config, this.executorId);
    this.#state = new ExecutorState(this.executorId, this.storage, tasksReachStorage(this.config));
    const { signal } = options;
    this.#observers = openObservers(options, this.config, this.executorId, this.#jobs.settled);
    this.#invoker = new Invoker(this.#open);
    this.#compute = new ExecutorCompute({
      executorId: this.executorId,
      config: this.config,
      signal: this.#closing.signal,
      invoker: this.#invoker,
      reach: this.#reach,
      state: this.#state,
    });
    this.#acknowledgements = new JobAcknowledgements(this.#compute, this.#state);
    this.#filling = new FillingLists(this, this.#invoker, this.#acknowledgements);
    this.#factory = new JobFactory({
      executorId: this.executorId,
      config: this.config,
      jobs: this.#jobs,
      invoker: this.#invoker,
      reach: this.#reach,
      state: this.#state,
      acknowledgements: this.#acknowledgements,
      observers: this.#observers,
      told: toldOfJobs(this.config, this.executorId),
      start: () => void this.#compute.start(),
      closing: this.#closing.signal,
    });
    if (signal?.aborted) void this.close(signal.reason);
    else
      signal?.addEventListener('abort', () => void this.close(signal.reason), {
        once: true,
        signal: this.#closing.signal,
      });
  }

  /**
   * Goes on with the durable jobs of another executor, of a process that ended or still runs: its futures are in `futures`,
   * `getResult()` gives their results. What is done is not done again; what is not is run here, once its process has ended.
   * The functions' code is never run in this process, so instances of their classes come as plain objects.
   * @param key an `executorId`, or `<executorId>-<jobId>` for one of its jobs.
   * @param options must lead to the same storage.
   * @throws StorageError when there is no such job in storage.
   */
  static async attach(key: string, options: ExecutorOptions = {}): Promise<FunctionExecutor> {
    const { executorId, jobId } = parseJobKey(key);
    const executor = new FunctionExecutor(options, executorId);
    await executor.#attach(jobId);
    return executor;
  }

  static {
    ResponseFuture.attachBy((json, options) =>
      attachedCall(json, options, async (key, given) => {
        const { executorId, jobId } = parseJobKey(key);
        const executor = new FunctionExecutor(given, executorId);
        const jobs = await executor.#attach(jobId);
        return { jobs, config: executor.config, close: () => executor.close() };
      }),
    );
  }

  /** Futures of this executor whose results have not been fetched yet. */
  get futures(): FuturesList<unknown> {
    return FuturesList.fromFutures(this.#jobs.pending(), this);
  }

  /** The configured storage. */
  get storage(): Storage {
    return this.#storages.own;
  }

  /** Runs `fn(arg, ...extraArgs, context?)` as one task. */
  callAsync<Item, Result>(
    fn: (item: Item, ...rest: never[]) => Result,
    arg: Item,
    options: CallOptions = {},
  ): ResponseFuture<Awaited<Result>> {
    const job = this.#createJob('A', fn, 'callAsync', options);
    const future = this.#jobs.future<Awaited<Result>>(job.add(arg));
    this.#invoker.submit(job);
    this.#acknowledgements.acknowledge(job);
    return future;
  }

  /**
   * Runs `fn(item, ...extraArgs, context?)` for each item as a task of its own.
   * A list of futures gives its results as items, each as soon as it is there; `objects(...)` give their partitions.
   * @returns the futures in the order of the items, at once; from an asynchronous source once `list.submitted` resolves.
   * @throws SerializationError when the function or an item cannot travel.
   */
  map<Result>(
    fn: (part: ObjectPartition, ...rest: never[]) => Result,
    iterdata: ObjectList,
    options?: MapOptions,
  ): FuturesList<Awaited<Result>>;
  map<Item, Result>(
    fn: (item: Item, ...rest: never[]) => Result,
    iterdata: FuturesList<Item>,
    options?: MapOptions,
  ): FuturesList<Awaited<Result>>;
  map<Item, Result>(
    fn: (item: Item, ...rest: never[]) => Result,
    iterdata: Items<Item>,
    options?: MapOptions,
  ): FuturesList<Awaited<Result>>;
  map<Result>(
    fn: AnyFunction,
    iterdata: Items<unknown> | ObjectList,
    options: MapOptions = {},
  ): FuturesList<Awaited<Result>> {
    const source = this.#itemsOf(iterdata, options);
    const job = this.#createJob('M', fn, 'map', options, iterdata);
    return this.#filling.from(source, job, options.signal, (future) => this.#jobs.notice(future));
  }

  /**
   * `map`, then one task `reduceFn(results, ...extraArgsReduce, context?)` with all the results in order; with
   * `reducerOnePerObject` one for each object, with the results of its parts.
   */
  mapReduce<Mapped, Reduced>(
    mapFn: (part: ObjectPartition, ...rest: never[]) => Mapped,
    iterdata: ObjectList,
    reduceFn: (results: Awaited<Mapped>[], ...rest: never[]) => Reduced,
    options: MapReduceOptions & { readonly reducerOnePerObject: true },
  ): FuturesList<Awaited<Reduced>>;
  mapReduce<Mapped, Reduced>(
    mapFn: (part: ObjectPartition, ...rest: never[]) => Mapped,
    iterdata: ObjectList,
    reduceFn: (results: Awaited<Mapped>[], ...rest: never[]) => Reduced,
    options?: MapReduceOptions & { readonly reducerOnePerObject?: false },
  ): ResponseFuture<Awaited<Reduced>>;
  mapReduce<Item, Mapped, Reduced>(
    mapFn: (item: Item, ...rest: never[]) => Mapped,
    iterdata: FuturesList<Item>,
    reduceFn: (results: Awaited<Mapped>[], ...rest: never[]) => Reduced,
    options?: MapReduceOptions & { readonly reducerOnePerObject?: false },
  ): ResponseFuture<Awaited<Reduced>>;
  mapReduce<Item, Mapped, Reduced>(
    mapFn: (item: Item, ...rest: never[]) => Mapped,
    iterdata: Items<Item>,
    reduceFn: (results: Awaited<Mapped>[], ...rest: never[]) => Reduced,
    options?: MapReduceOptions & { readonly reducerOnePerObject?: false },
  ): ResponseFuture<Awaited<Reduced>>;
  mapReduce<Reduced>(
    mapFn: AnyFunction,
    iterdata: Items<unknown> | ObjectList,
    reduceFn: AnyFunction,
    options: MapReduceOptions = {},
  ): ResponseFuture<Reduced> | FuturesList<Reduced> {
    const split = splitMapReduceOptions(options);
    const source = this.#itemsOf(iterdata, split.map);
    if (split.onePerObject && !ObjectList.is(iterdata))
      throw new TypeError('reducerOnePerObject is for objects: mapReduce(mapFn, objects(...), reduceFn, options)');
    const reduceJob = this.#createJob('R', reduceFn, 'callAsync', split.reduce);
    const mapJob = this.#createJob('M', mapFn, 'map', split.map, iterdata);
    const run = new MapReduce<Reduced>(mapJob, reduceJob, split, {
      executor: this,
      jobs: this.#jobs,
      invoker: this.#invoker,
      filling: this.#filling,
      acknowledgements: this.#acknowledgements,
    });
    return split.onePerObject ? run.onePerObject(source) : run.whole(source);
  }

  /**
   * Runs a source of any length, endless ones too, with bounded memory: items are taken as results are read.
   * Stopping to read ends the source and cancels what is in flight. Throws what the first failed call failed with.
   */
  mapStream<Result>(
    fn: (part: ObjectPartition, ...rest: never[]) => Result,
    source: ObjectList,
    options?: MapStreamOptions,
  ): AsyncIterable<Awaited<Result>>;
  mapStream<Item, Result>(
    fn: (item: Item, ...rest: never[]) => Result,
    source: Items<Item>,
    options?: MapStreamOptions,
  ): AsyncIterable<Awaited<Result>>;
  mapStream<Result>(
    fn: AnyFunction,
    source: Items<unknown> | ObjectList,
    options: MapStreamOptions = {},
  ): AsyncIterable<Result> {
    const { maxInFlight, ordered = true } = options;
    assertCount('maxInFlight', maxInFlight, 1);
    const items = this.#itemsOf(source, options);
    const job = this.#createJob('M', fn, 'mapStream', options, source);
    return new ResultStream<Result>(items, job, this.#invoker, {
      ordered,
      ...(maxInFlight !== undefined && { maxInFlight }),
    });
  }

  /** Waits for futures; without any for those of this executor whose results have not been fetched. See the module-level `wait`. */
  wait<Result = unknown>(
    fs?: Futures<Result>,
    options?: WaitOptions,
  ): Promise<[done: FuturesList<Result>, notDone: FuturesList<Result>]> {
    if (fs !== undefined) return wait(fs, options);
    return this.#filling.filled().then(() => wait(this.#jobs.pending() as ResponseFuture<Result>[], options)); // the caller's word for what his functions return
  }

  /** The results of futures; without any, of those of this executor whose results have not been fetched. */
  getResult<Result>(fs: ResponseFuture<Result>, options?: ResultOptions): Promise<Result>;
  getResult<Result = unknown>(fs?: Iterable<ResponseFuture<Result>>, options?: ResultOptions): Promise<Result[]>;
  getResult(fs?: Futures<unknown>, options?: ResultOptions): Promise<unknown> {
    if (fs === undefined) return this.#filling.filled().then(() => getResult(this.#jobs.pending(), options));
    return getResult(fs as Iterable<ResponseFuture<unknown>>, options); // either overload
  }

  /**
   * What a job would cost, by the prices that the backend's plugin knows; nothing is run.
   * @throws ConfigError where it knows none; RangeError
   */
  async estimate(job: PlannedJob): Promise<CostEstimate> {
    const { pricing } = await this.#compute.start();
    if (pricing !== undefined) return estimateCost(job, pricing);
    throw new ConfigError(`nobody knows what backend '${this.config.backendName}' charges`);
  }

  /** What the jobs so far took. */
  jobSummary(): JobSummary[] {
    return this.#jobs.summaries((progress) => this.#invoker.openCost(progress));
  }

  /**
   * How calls went: when and where each ran and what it took, and what follows for their jobs. Nothing is asked of anybody.
   * @param fs futures of any executor; without them all calls of this one: the newest 150,000 that have ended, and all that have not.
   */
  stats(fs?: Futures<unknown>): ExecutionStats {
    return new ExecutionStats(fs === undefined ? this.#jobs.records() : recordsOf(fs));
  }

  /**
   * Draws how calls went, as SVG and PNG: `<dst>_timeline` shows when each waited and ran, `<dst>_histogram` how many ran at
   * once and how long they took. By package `@lithops/plots`, which is to be installed for it.
   * @param fs as of {@link FunctionExecutor.stats}
   * @returns paths of the files written
   * @throws PluginNotFoundError, TypeError when there are no calls
   */
  async plot(fs?: Futures<unknown>, options: PlotOptions = {}): Promise<string[]> {
    return plotCalls(this.stats(fs).calls, options, this.config.from);
  }

  /**
   * Deletes the temporary objects that this executor, its tasks and the executors inside them have put into the storage: what
   * jobs needed, durable ones too, and CloudObjects without a key of the user's. What jobs that are not done may need stays.
   * @throws TypeError, CancelledError when the executor is closed, StorageError
   */
  async clean(options: CleanOptions = {}): Promise<void> {
    if (this.#closed !== undefined)
      throw new CancelledError(`executor ${this.executorId} is closed; clean before that`, {});
    const scope = toCleanScope(this.executorId, options, this.#open.unfinished());
    const { cs, signal } = options;
    if (cs !== undefined) await this.storage.deleteCloudObjects(cs, signal === undefined ? {} : { signal });
    if (cs === undefined || options.fs !== undefined) {
      await this.#acknowledgements.settled();
      await this.#state.forget(scope);
      await cleanExecutorObjects(this.storage, scope);
    }
    if (options.cache === true) {
      await this.#factory.cache?.flush();
      await this.#state.store.deleteAll(CACHE_PREFIX);
    }
  }

  /** Cancels what is not done, and ends every process and connection. Durable jobs stay in storage, to be gone on with. */
  close(reason?: unknown): Promise<void> {
    this.#closed ??= this.#dispose(reason);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #dispose(reason: unknown): Promise<void> {
    this.#closing.abort(reason);
    const why = new CancelledError('the executor was closed', { reason });
    this.#state.stopRecording();
    for (const job of this.#adopted) this.#invoker.cancel([...job.open], reason ?? why);
    this.#invoker.close(reason ?? why);
    this.#invoker.refuse(why);
    const closing = this.#compute.close();
    // All that becomes of the calls has been decided: it is told and written while processes end.
    const told = nextTurn().then(() => this.#observers?.closed());
    try {
      await closing;
      await this.#factory.cache?.flush();
      await this.#acknowledgements.settled();
      await this.#state.release();
      await this.#state.removeTemporary();
    } finally {
      await this.#storages[Symbol.asyncDispose]();
      await told;
    }
  }

  #createJob(...[kind, fn, method, options, items]: Parameters<JobFactory['create']>): Job {
    if (this.#closed !== undefined)
      throw new CancelledError(`executor ${this.executorId} is closed; make a new one`, {});
    return this.#factory.create(kind, fn, method, options, items);
  }

  async #attach(jobId: string | undefined): Promise<AttachedJobs> {
    try {
      return await attachJobs(this.#attaching(), jobId);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  #attaching(): AttachingExecutor {
    return {
      executorId: this.executorId,
      store: this.#state.store,
      signal: this.#closing.signal,
      adopt: (manifest) => {
        const attached = this.#factory.adopt(manifest);
        this.#adopted.push(attached.job);
        return attached;
      },
      own: (ownership) => this.#state.own(ownership),
      resume: () => this.#compute.started(),
      refuse: (error) => {
        this.#state.stopRecording();
        for (const job of this.#adopted) for (const call of job.open) call.fail(error, 'error');
      },
    };
  }

  #itemsOf(items: Items<unknown> | ObjectList, options: MapOptions): Items<unknown> {
    if (ObjectList.is(items)) {
      const { signal } = this.#closing;
      return objectItems(items, options, {
        config: this.config,
        storages: this.#storages,
        signal: options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]),
        capabilities: async () => (await this.#compute.start()).capabilities,
      });
    }
    refusePartitionOptions(options);
    return items instanceof FuturesList ? items.filledOrFilling() : iterableItems(items);
  }
}
