import type { CacheOption } from './result-cache.ts';
import type { SpeculationOptions } from './speculation-options.ts';

/** What a job asks of the invoker. */
export interface JobOptions {
  /** Calls per invocation. Absent: chosen from how long calls take. */
  readonly chunksize?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** ms from submission until a call is given up. */
  readonly timeoutMs?: number;
  /** MB; absent: the executor's. */
  readonly runtimeMemory?: number;
  /** Jobs of a higher one are invoked first. Absent: 0. */
  readonly priority?: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Whether a failed attempt may be repeated. */
  readonly retryOn: (error: unknown) => boolean;
  /** Whether `retryOn` is the user's. */
  readonly ownRetryRule: boolean;
  /** ms from the job's first submission until all its calls are given up. */
  readonly jobTimeoutMs?: number;
  /** What the job may cost, in the currency of the backend's prices. */
  readonly budget?: number;
  /** Absent: every call is run. */
  readonly cache?: CacheOption;
  /** Absent: no call is run twice at once. */
  readonly speculation?: SpeculationOptions;
  /** Running a call twice may do more than running it once. */
  readonly idempotent?: false;
}

/** What is asked of the jobs of an executor, where they do not say otherwise. */
export interface JobDefaults {
  readonly timeoutMs: number | undefined;
  readonly retries: number;
  readonly priority: number;
}
