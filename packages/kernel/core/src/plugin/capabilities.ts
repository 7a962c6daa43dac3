/**
 * Which jobs of a backend that can do both are delivered by storage: those that are `durable`, which are to outlive their
 * client; and those that it would be wrong to wait for on open connections.
 */
export interface DetachRule {
  /** Jobs whose calls may run for longer than so many seconds. Absent: none for that reason. */
  readonly beyondSeconds?: number;
  /** Jobs of which more calls than this may run at once. Absent: none for that reason. */
  readonly beyondAtOnce?: number;
}

/** What a compute backend can do under a given configuration. */
export interface ComputeCapabilities {
  /**
   * `stream`: a duplex connection to live workers. `response`: the events come back in the response of one request.
   * `storage`: the platform accepts the request and forgets us; events are objects in storage.
   */
  readonly delivery: 'stream' | 'response' | 'storage';
  /** With `delivery: 'storage'`: how often workers give a sign of life, in seconds. Default 5; four missed, and a worker counts as lost. */
  readonly heartbeatSeconds?: number;
  /**
   * With work that is only accepted: seconds within which the platform starts it or has dropped it for good. What has given no
   * sign of life by then is handed over again. Absent: only the time limits of calls end the wait.
   */
  readonly startSeconds?: number;
  /**
   * With `delivery: 'response'`: the backend takes work without telling of it, too (`InvokeOptions.detached`), and core chooses
   * for each job, as `DetachRule` says. Where workers reach no storage nothing is detached. Absent: it does not.
   */
  readonly detaches?: DetachRule;
  /** Workers that may run at once. */
  readonly maxWorkers: number;
  /** Invocations that one worker runs at once. */
  readonly concurrencyPerWorker: number;
  /** Largest encoded invocation, in bytes. Infinity: no limit. */
  readonly maxPayloadBytes: number;
  /** Largest encoded event, in bytes. Infinity: no limit. */
  readonly maxResultBytes: number;
  /** Longest time the platform lets a task run, in seconds; core ends what runs for longer. Infinity: no limit. */
  readonly maxTaskSeconds: number;
  /** Whether runs can give back calls that have not started (`InvocationRun.recall`). */
  readonly recall: boolean;
  /**
   * Whether runs are ended by `InvocationRun.stop`: then the signal that comes with an invocation is never aborted. To make one
   * for each takes as long as much else of a tiny call. Absent: by the signal.
   */
  readonly stop?: boolean;
  /** Whether what tasks print arrives as `log` events. */
  readonly logs: boolean;
  /** Whether a crash of the worker process is told with its exit code or signal. */
  readonly exitCauses: boolean;
  /** Whether tasks see the client's file system and installed packages. */
  readonly sharesFileSystem: boolean;
  /**
   * Whether workers run on the client's machine, and are given its folders that a storage is in. Where they are not, tasks are
   * refused such a storage instead of being given another with nothing in it. Default: true.
   */
  readonly sharesMachine?: boolean;
  /** Whether `InvokeOptions.runtimeMemory` is honoured: jobs may ask for more or less memory than the executor's. Absent: it is not. */
  readonly memoryPerJob?: boolean;
  /**
   * Whether workers are deployed with `PluginContext.storageCode`, so that it need not be sent to them. Absent: they find
   * the storage in the client's files, or are sent it.
   */
  readonly deploysStorage?: boolean;
  /** Calls of one invocation that its worker runs at once; so many are sent together. Absent: 1, one after the other. */
  readonly parallelCalls?: number;
  /** Packages that are installed where tasks run; others are sent along where `sharesFileSystem` is false. Default: none. */
  readonly externals?: readonly string[];
}
