/** What a worker tells about the calls of an invocation, in order of happening. */
export type CallEvent = CallStarted | CallLog | CallResults | CallStored | CallFailed | CallsExpired | CallsReturned;

/** The worker is about to run this call. Sent only for calls that are still running when the worker first gets to tell. */
export interface CallStarted {
  readonly type: 'started';
  readonly call: number;
  /** Worker's clock, ms since the epoch. */
  readonly startedAt: number;
  readonly worker: string;
}

/** A piece of what a call wrote to stdout or stderr. */
export interface CallLog {
  readonly type: 'log';
  readonly call: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Calls that returned; several tiny ones share an event. */
export interface CallResults {
  readonly type: 'result';
  readonly calls: readonly number[];
  /** One value per call, by `encodeValues`. */
  readonly values: Uint8Array;
  readonly stats: CallTimes;
}

/** A call that returned what is too large to be told: it was written to storage. */
export interface CallStored {
  readonly type: 'stored';
  readonly call: number;
  /** Of the object that holds the value, by `encodeValue`. */
  readonly key: string;
  /** Its size. */
  readonly bytes: number;
  /** Whether the value refers to no function or class of the module's table, so that any function's worker can read it. */
  readonly selfContained: boolean;
  readonly stats: CallTimes;
}

/** A call that threw, or whose result could not be encoded. */
export interface CallFailed {
  readonly type: 'error';
  readonly call: number;
  /** What was thrown, by `encodeThrown`. */
  readonly error: Uint8Array;
  /**
   * `thrown`: by the user's code. `serialization`: its result cannot travel. `module`: its module did not load.
   * `storage`: what it was given could not be read, or its result could not be written.
   */
  readonly cause: 'thrown' | 'serialization' | 'module' | 'storage';
  readonly stats: CallTimes;
}

/** Calls whose invocation had used up its time: their process was killed. */
export interface CallsExpired {
  readonly type: 'expired';
  readonly calls: readonly number[];
  /** The one of them that was running, where it is known; the others had not been started. */
  readonly running?: number;
  /** Those of them one of which was running, where several may have been; likewise. */
  readonly suspects?: readonly number[];
}

/** Calls handed back without having been started, because they were recalled. */
export interface CallsReturned {
  readonly type: 'returned';
  readonly calls: readonly number[];
}

/** Measurements, one entry per call of the event. */
export interface CallTimes {
  /** Worker's clock, ms since the epoch with fractions. */
  readonly startedAt: readonly number[];
  /** Execution time in ms. */
  readonly duration: readonly number[];
  /** User + system CPU time of the worker process in ms since it was last sampled: with long calls at each event, with tiny ones every few ms. */
  readonly cpuTime: number;
  /** Peak resident memory of the worker process in bytes. */
  readonly peakMemoryBytes: number;
  /** Name of the worker process: `<host>/<pid>`. */
  readonly worker: string;
  /** Whether the first call of the event was the first one its process ran. */
  readonly cold: boolean;
}
