/** Measurements of a call. Times are ms since the epoch; `host` times by the client's clock, `worker` times by the worker's. */
export interface CallStats {
  readonly hostSubmittedAt: number;
  readonly hostInvokedAt?: number;
  readonly hostDoneAt?: number;
  readonly workerStartedAt?: number;
  /** Time in the user's function, ms. */
  readonly workerDuration?: number;
  /** User and system CPU time, ms; where several tiny calls were measured together, an equal share of it. */
  readonly workerCpuTime?: number;
  readonly workerPeakMemoryBytes?: number;
  /** `<host>/<pid>`. */
  readonly worker?: string;
  /** Among the first calls of its worker process. */
  readonly coldStart?: boolean;
  /** Attempts made, the first included. */
  readonly attempts: number;
  /** The result was computed by an earlier run, and taken from the cache. */
  readonly cached?: boolean;
}
