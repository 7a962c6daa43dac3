import { type Duration, durationMs } from '../config/duration.ts';
import { InvocationError } from '../errors/invocation-error.ts';
import { WorkerLostError } from '../errors/worker-lost-error.ts';
import type { JobDefaults, JobOptions } from '../job/job-options.ts';
import { isPriority, PRIORITY_RULE } from '../job/priority.ts';
import type { SpeculationOptions } from '../job/speculation-options.ts';
import { PARTITION_OPTION_NAMES, type PartitionOptions } from '../objects/partition-options.ts';
import { nearestName } from '../registry/nearest-name.ts';

/** Options of `callAsync`, `map` and what builds on them. */
export interface CallOptions {
  /** MB for the workers that run the calls; a ConfigError where the backend gives all jobs the same. */
  readonly runtimeMemory?: number;
  /** Arguments after the item, the same for every call. */
  readonly extraArgs?: readonly unknown[];
  /** Environment variables that only these calls see. */
  readonly extraEnv?: Readonly<Record<string, string>>;
  /** Time a call is given from its submission: seconds, or text like `'5m'`. */
  readonly timeout?: Duration;
  /** Attempts after the first. Default: the executor's. */
  readonly retries?: number;
  /**
   * Calls of a higher one are invoked first, among all that wait for the same workers: of this executor, and of others that
   * share a master with it. What runs is not interrupted. A whole number from -1000000 to 1000000; default: the executor's, 0.
   */
  readonly priority?: number;
  /** Whether a failed attempt may be repeated. Default: lost workers and refused invocations, not errors of the user's function. */
  readonly retryOn?: (error: unknown) => boolean;
  /** Time all calls of the job are given from its submission, those that are submitted later included. */
  readonly jobTimeout?: Duration;
  /**
   * Runs the slowest calls at the end of the job a second time on idle workers; the first result wins. Default false.
   * Without effect where `idempotent` is false.
   */
  readonly speculation?: boolean | SpeculationOptions;
  /**
   * Whether running a call twice does no more than running it once. Default true. False keeps `speculation` off, and a call that
   * ends its worker is known at once, however short it is: of tiny ones it may else be run again, alone, to find out which it was.
   */
  readonly idempotent?: boolean;
  /**
   * Default false. True: function, items and outcomes of the calls are kept in storage, where another process finds them
   * with `FunctionExecutor.attach` when this one dies, until `clean()`. The promise holds from when `submitted` resolves.
   */
  readonly durable?: boolean;
  /**
   * Takes results that an earlier run of the same function on the same arguments has left in storage, and leaves its own.
   * A function tells what of an item counts, as a text. What else a result depends on, a file or the time, is not looked at.
   */
  readonly cache?: boolean | ((item: never) => string);
  /**
   * What the job may cost, in the currency of the backend's prices: before it costs more its calls are ended with a
   * BudgetExceededError. A ConfigError where the backend has no prices.
   */
  readonly budget?: number;
  /** Cancels the calls. */
  readonly signal?: AbortSignal;
}

export interface MapOptions extends CallOptions, PartitionOptions {
  /** Calls that go to a worker together. Default: as many tiny ones as fill a few milliseconds. */
  readonly chunksize?: number;
}

export interface MapReduceOptions extends MapOptions {
  /** Arguments of `reduceFn` after the list of results. */
  readonly extraArgsReduce?: readonly unknown[];
  /** MB for the map calls. Default: `runtimeMemory`. */
  readonly mapRuntimeMemory?: number;
  /** MB for the reduce calls. Default: `runtimeMemory`. */
  readonly reduceRuntimeMemory?: number;
  /**
   * Percentage of the map calls that have to end before the reduce call is submitted, from where on its `timeout` counts.
   * Default 20; 0: at once. It runs when all have ended.
   */
  readonly spawnReducer?: number;
  /** For `objects(...)`: one reduce call for each object, with the results of its parts. */
  readonly reducerOnePerObject?: boolean;
}

export interface MapStreamOptions extends MapOptions {
  /** Items taken from the source whose results have not been taken yet. Default: as many as keep the workers busy. */
  readonly maxInFlight?: number;
  /** Default true: results in the order of the source. False: as they come. */
  readonly ordered?: boolean;
}

const CALL_OPTIONS = [
  'runtimeMemory',
  'extraArgs',
  'extraEnv',
  'timeout',
  'retries',
  'retryOn',
  'priority',
  'jobTimeout',
  'speculation',
  'idempotent',
  'cache',
  'budget',
  'signal',
] as const;
const DURABLE_OPTIONS = [...CALL_OPTIONS, 'durable'] as const;
export const OPTION_NAMES = {
  callAsync: DURABLE_OPTIONS,
  map: [...DURABLE_OPTIONS, 'chunksize', ...PARTITION_OPTION_NAMES],
  mapReduce: [
    ...DURABLE_OPTIONS,
    'chunksize',
    ...PARTITION_OPTION_NAMES,
    'extraArgsReduce',
    'mapRuntimeMemory',
    'reduceRuntimeMemory',
    'spawnReducer',
    'reducerOnePerObject',
  ],
  mapStream: [...CALL_OPTIONS, 'chunksize', ...PARTITION_OPTION_NAMES, 'maxInFlight', 'ordered'],
} as const;

/**
 * Checks a method's options, and completes them with the executor's defaults.
 * @throws TypeError or RangeError naming the option.
 */
export function toJobOptions(
  method: keyof typeof OPTION_NAMES,
  options: MapOptions,
  defaults: JobDefaults,
): JobOptions {
  checkOptionNames(method, options);
  const {
    chunksize,
    extraEnv,
    extraArgs,
    timeout,
    jobTimeout,
    cache,
    retries = defaults.retries,
    retryOn = isRetryable,
    priority = defaults.priority,
  } = options;
  const speculation = options.idempotent === false ? undefined : toSpeculation(options.speculation);
  assertCount('chunksize', chunksize, 1);
  assertCount('retries', retries, 0);
  if (!isPriority(priority)) throw new RangeError(`${PRIORITY_RULE}, not ${String(priority)}`);
  if (options.durable !== undefined && typeof options.durable !== 'boolean')
    throw new TypeError(`durable is true or false, not ${String(options.durable)}`);
  if (options.budget !== undefined && !(Number.isFinite(options.budget) && options.budget > 0))
    throw new RangeError(`budget is an amount above 0, not ${String(options.budget)}`);
  assertCount('runtimeMemory', options.runtimeMemory, 1);
  if (cache !== undefined && typeof cache !== 'boolean' && typeof cache !== 'function')
    throw new TypeError(`cache is true, false, or a function that gives a text for each item, not ${String(cache)}`);
  if (options.durable === true && cache !== undefined && cache !== false)
    throw new TypeError('a durable job keeps its own results; leave out cache, or durable');
  if (extraArgs !== undefined && !Array.isArray(extraArgs)) throw new TypeError('extraArgs is a list of arguments');
  for (const [name, value] of Object.entries(extraEnv ?? {})) {
    if (typeof value !== 'string')
      throw new TypeError(`extraEnv.${name} is a string in an environment, not ${typeof value}`);
  }
  const timeoutMs = timeout === undefined ? defaults.timeoutMs : durationMs(timeout, 'timeout');
  return {
    retries,
    retryOn,
    ownRetryRule: options.retryOn !== undefined,
    ...(chunksize !== undefined && { chunksize }),
    ...(extraEnv !== undefined && { env: { ...extraEnv } }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(priority !== 0 && { priority }),
    ...(options.runtimeMemory !== undefined && { runtimeMemory: options.runtimeMemory }),
    ...(jobTimeout !== undefined && { jobTimeoutMs: durationMs(jobTimeout, 'jobTimeout') }),
    ...(speculation !== undefined && { speculation }),
    ...(options.idempotent === false && { idempotent: false }),
    ...(options.budget !== undefined && { budget: options.budget }),
    ...(cache !== undefined && cache !== false && { cache }),
  };
}

/** @throws TypeError naming the option, and what was meant. */
export function checkOptionNames(method: keyof typeof OPTION_NAMES, options: object): void {
  const allowed: readonly string[] = OPTION_NAMES[method];
  for (const name of Object.keys(options)) {
    if (allowed.includes(name)) continue;
    const nearest = nearestName(name, allowed);
    throw new TypeError(
      `${method} has no option '${name}'${nearest === undefined ? '' : `; did you mean '${nearest}'?`} It takes ${allowed.join(', ')}`,
    );
  }
}

export function assertCount(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw new RangeError(`${name} is a whole number from ${least}, not ${value}`);
}

function toSpeculation(option: boolean | SpeculationOptions | undefined): SpeculationOptions | undefined {
  if (option === undefined || option === false) return undefined;
  if (option === true) return {};
  const { quantile = 0, multiplier = 1, minimumMs = 0 } = option;
  if (quantile >= 0 && quantile <= 1 && multiplier >= 1 && minimumMs >= 0) return option;
  throw new RangeError(
    `speculation takes a quantile from 0 to 1, a multiplier from 1 and minimumMs from 0, not ${JSON.stringify(option)}`,
  );
}

/** What is tried again where the user does not say: what is no fault of his function. */
export function isRetryable(error: unknown): boolean {
  return error instanceof WorkerLostError || error instanceof InvocationError;
}
