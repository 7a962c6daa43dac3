/** Measurements of a call. Times are ms since the epoch; `host` times by the client's clock, `worker` times by the worker's. */
export interface CallStats {
  readonly hostSubmittedAt: number;
  /** When its last attempt was sent to a worker. */
  readonly hostInvokedAt?: number;
  readonly hostDoneAt?: number;
  readonly workerStartedAt?: number;
  readonly workerEndedAt?: number;
  /** Time in the user's function, ms. */
  readonly workerDuration?: number;
  /** User and system CPU time, ms; where several tiny calls were measured together, an equal share of it. */
  readonly workerCpuTime?: number;
  readonly workerPeakMemoryBytes?: number;
  /** `<host>/<pid>`. */
  readonly worker?: string;
  /** The first call that its worker process has run. */
  readonly coldStart?: boolean;
  /** Attempts made, the first included. */
  readonly attempts: number;
  /** Encoded size of the item, also where it travelled through storage; a text's UTF-8, 8 for any other primitive. Known of ended calls. */
  readonly bytesIn?: number;
  /** Encoded size of the result, likewise; of successful calls. */
  readonly bytesOut?: number;
  /** The result was computed by an earlier run, and taken from the cache. */
  readonly cached?: boolean;
}

/** The same as a call has it, undefined where nobody knows. */
export interface CallMeasurements {
  readonly submittedAt: number;
  readonly invokedAt: number | undefined;
  readonly doneAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly duration: number | undefined;
  readonly cpuTime: number | undefined;
  readonly peakMemoryBytes: number | undefined;
  readonly worker: string | undefined;
  readonly coldStart: boolean | undefined;
  readonly attempts: number;
  readonly bytesIn: number | undefined;
  readonly bytesOut: number | undefined;
  readonly cached: boolean;
}

export function toStats(measured: CallMeasurements): CallStats {
  const { invokedAt, doneAt, startedAt, duration, cpuTime, peakMemoryBytes } = measured;
  const { worker, coldStart, bytesIn, bytesOut } = measured;
  return {
    hostSubmittedAt: measured.submittedAt,
    ...(invokedAt !== undefined && { hostInvokedAt: invokedAt }),
    ...(doneAt !== undefined && { hostDoneAt: doneAt }),
    ...(startedAt !== undefined && { workerStartedAt: startedAt }),
    ...(startedAt !== undefined && duration !== undefined && { workerEndedAt: startedAt + duration }),
    ...(worker !== undefined && { worker }),
    ...(duration !== undefined && { workerDuration: duration }),
    ...(cpuTime !== undefined && { workerCpuTime: cpuTime }),
    ...(peakMemoryBytes !== undefined && { workerPeakMemoryBytes: peakMemoryBytes }),
    ...(coldStart !== undefined && { coldStart }),
    attempts: measured.attempts,
    ...(bytesIn !== undefined && { bytesIn }),
    ...(bytesOut !== undefined && { bytesOut }),
    ...(measured.cached && { cached: true }),
  };
}
