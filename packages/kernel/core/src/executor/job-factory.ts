import type { ResolvedConfig } from '../config/load-config.ts';
import { StorageError } from '../errors/storage-error.ts';
import { StorageNoSuchKeyError } from '../errors/storage-no-such-key-error.ts';
import type { Invoker } from '../invocation/invoker.ts';
import { Job } from '../job/job.ts';
import type { JobManifest } from '../job/job-manifest.ts';
import type { JobOptions } from '../job/job-options.ts';
import { ResultCache } from '../job/result-cache.ts';
import { ShippedFunction } from '../job/shipped-function.ts';
import { ObjectList } from '../objects/object-list.ts';
import type { JobObservers } from '../observation/job-observers.ts';
import { AttachedJob } from './attached-job.ts';
import type { ExecutorJobs, JobKind } from './executor-jobs.ts';
import type { ExecutorState } from './executor-state.ts';
import type { JobAcknowledgements } from './job-acknowledgements.ts';
import { type MapOptions, toJobOptions } from './map-options.ts';
import { createLogger } from './plugin-logger.ts';
import type { TaskReach } from './task-reach.ts';
import type { ToldOfJobs } from './told-of-jobs.ts';

/** What jobs have of their executor. */
export interface JobSurroundings {
  readonly executorId: string;
  readonly config: ResolvedConfig;
  readonly jobs: ExecutorJobs;
  readonly invoker: Invoker;
  readonly reach: TaskReach;
  readonly state: ExecutorState;
  readonly acknowledgements: JobAcknowledgements;
  readonly observers: JobObservers | undefined;
  readonly told: ToldOfJobs;
  /** Starts the backend; what comes of it is told by the calls. */
  start(): void;
  /** Aborted when the executor is closed. */
  readonly closing: AbortSignal;
}

/** Makes the jobs of an executor. */
export class JobFactory {
  readonly #executor: JobSurroundings;
  #cache: ResultCache | undefined;
  #usual: JobOptions | undefined;

  constructor(executor: JobSurroundings) {
    this.#executor = executor;
  }

  /** The results that its jobs keep for later runs, where one of them does. */
  get cache(): ResultCache | undefined {
    return this.#cache;
  }

  /**
   * A job without calls.
   * @throws SerializationError when the function cannot travel; TypeError, RangeError for options
   */
  create(
    kind: JobKind,
    fn: (...args: never[]) => unknown,
    method: Parameters<typeof toJobOptions>[0],
    options: MapOptions,
    items?: unknown,
  ): Job {
    const { executorId, config, jobs, invoker, reach, state, acknowledgements } = this.#executor;
    const jobOptions = isEmpty(options) ? this.#usualOptions() : toJobOptions(method, options, config.defaults);
    // Before the function is captured, which takes a while the first time.
    this.#executor.start();
    const shipped = ShippedFunction.capture(fn);
    const { extraArgs = [], signal } = options;
    const objectList = ObjectList.is(items) ? items : undefined;
    // Errors of partitions come back as what they are.
    if (objectList !== undefined) for (const error of [StorageError, StorageNoSuchKeyError]) shipped.include(error);
    const jobId = jobs.nextId(kind);
    const parts = {
      extraArgs: extraArgs.length > 0 ? shipped.encodeExtraArgs(extraArgs) : undefined,
      passContext: shipped.takesContext(1 + extraArgs.length),
      reach: reach.ofJob({ storages: objectList?.storages ?? [], durable: options.durable === true }),
      objects: state.objectsOf(jobId),
      record: acknowledgements.mayBeDurable(method, options)
        ? state.recordOf(jobId, options.durable !== true)
        : undefined,
      cache: jobOptions.cache === undefined ? undefined : this.#openCache(),
      ...this.#observation,
    };
    const job = new Job({ executorId, jobId }, shipped, parts, jobOptions, invoker);
    jobs.add(job);
    if (signal !== undefined) this.#cancelOn(signal, job);
    return job;
  }

  /** A job that another process has submitted. */
  adopt(manifest: JobManifest): AttachedJob {
    const { jobs, invoker, reach, state } = this.#executor;
    const { jobId } = manifest;
    const attached = new AttachedJob(manifest, {
      store: state.store,
      invoker,
      reach: reach.ofJob({ storages: manifest.storages ?? [], durable: true }),
      objects: state.objectsOf(jobId),
      record: state.recordOf(jobId),
      ...this.#observation,
    });
    jobs.adopt(attached.job);
    for (const call of attached.calls) jobs.future(call);
    return attached;
  }

  /** Of jobs that ask for nothing special, which most tiny ones do not. */
  #usualOptions(): JobOptions {
    this.#usual ??= toJobOptions('map', {}, this.#executor.config.defaults);
    return this.#usual;
  }

  get #observation() {
    const { observers, told } = this.#executor;
    return { observers, showsProgress: told.showsProgress, debug: told.debug };
  }

  #openCache(): ResultCache {
    const { state, config, executorId } = this.#executor;
    this.#cache ??= new ResultCache(state.store, createLogger(config.logLevel, executorId));
    return this.#cache;
  }

  #cancelOn(signal: AbortSignal, job: Job): void {
    const { invoker, closing } = this.#executor;
    const cancel = () => invoker.cancel([...job.open], signal.reason);
    // After the caller has added the calls.
    if (signal.aborted) queueMicrotask(cancel);
    else signal.addEventListener('abort', cancel, { once: true, signal: closing });
  }
}

function isEmpty(options: object): boolean {
  for (const _ in options) return false;
  return true;
}
