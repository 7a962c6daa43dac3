/**
 * A function module as a worker needs it: what `@lithops/closure` made, without its source map.
 * `code` is an ES module whose default export is `instantiate(assets, decodeValue)`, see {@link ModuleInstance}.
 */
export interface ShippedModule {
  /** Content address of code and assets: equal hashes are equal modules. */
  readonly hash: string;
  readonly code: string;
  /** Large binary captures, handed to `instantiate` in this order. */
  readonly assets: readonly Uint8Array[];
}

/** What a module's default export returns. */
export interface ModuleInstance {
  /** The user's function. */
  readonly fn: (...args: unknown[]) => unknown;
  /** Functions and classes that values may refer to by index; the same order as on the client. */
  readonly table: readonly object[];
  /** For classes of the table that have private fields: how to read them and how to make an instance that has them. */
  readonly instances?: Readonly<Record<number, InstanceAccess>>;
}

/** Access to the private state of a class's instances, injected into the shipped class. */
export interface InstanceAccess {
  /** The private fields of this class and its bases that `instance` has, by name (`#x`; a base's first, then `#x 1` and so on). */
  read(instance: object): Record<string, unknown>;
  /** Makes an instance without running the user's constructor or field initialisers; `args` are for the built-in behind the class. */
  create(args: readonly unknown[]): object;
  write(instance: object, privates: Record<string, unknown>): void;
}

/**
 * One attempt to run some calls of one job on one worker. Plain data: it travels as one frame, one HTTP body or one object.
 */
export interface Invocation {
  /** Unique: `<jobKey>/<attempt number within the job>`. */
  readonly id: string;
  readonly executorId: string;
  readonly jobId: string;
  /** Which attempt of its calls this is, from 1. */
  readonly attempt: number;
  /** Hash of the function module. How the module reaches the worker is the transport's business, see {@link InvocationOptions.module}. */
  readonly module: string;
  /** Call numbers within the job, run in this order. */
  readonly calls: readonly number[];
  /** One item per call, by `encodeValues`. */
  readonly items: Uint8Array;
  /** Arguments after the item, the same for all calls, by `encodeValues`. Absent: none. */
  readonly extraArgs?: Uint8Array;
  /** Environment variables that only these calls see. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the function declares a parameter for the task context after its other arguments. */
  readonly passContext: boolean;
  /** What becomes of large results. Absent: all results are told in events. */
  readonly results?: ResultLimits;
  /** Time from its arrival after which no answer counts any more, in ms: then the worker kills it. Absent: as long as it takes. */
  readonly limitMs?: number;
  /** Key of a log in storage into which events are written before they are told; see `EventRecord`. Absent: they are told only. */
  readonly log?: string;
  /** Among invocations that wait for the same workers those of a higher one are begun first. Absent: 0. */
  readonly priority?: number;
  /**
   * True: the worker notes each call before it runs it, so that the one that ran when its process died, or does not end, is known.
   * Absent: a few very short ones may share a note; to make one takes longer than they do.
   */
  readonly noteEach?: boolean;
  /** What the task context's `storage` and nested executors are made of; opaque to the worker. */
  readonly task?: TaskSetup;
}

/** Which results are written to storage instead of being told. */
export interface ResultLimits {
  /** Results that take more bytes than this when encoded. */
  readonly inlineBytes: number;
  /** What the keys of their objects begin with. */
  readonly prefix: string;
}

/** How a worker opens, on first use, what tasks reach through their context. */
export interface TaskSetup {
  /**
   * URL or path of an ES module with `openStorage(config, { executorId, jobId, callId })`, which gives the context's storage,
   * and `openJobStore(config)`, which gives a {@link JobStore}. Imported synchronously when one of them is first needed.
   */
  readonly storageEntry?: string;
  /**
   * The same as the body of a CommonJS module, for workers that do not have the client's files. Running it also provides
   * what executors inside tasks need, where the job may make some.
   */
  readonly storageCode?: string;
  /** Path of a file with that code, for workers that were deployed with it. */
  readonly storageFile?: string;
  /** Hash of the module whose code is `storageCode`, where a transport sends that apart, and once. */
  readonly storageModule?: string;
  readonly storageConfig?: unknown;
  /** Of the storages by name that the job reads objects from. */
  readonly storages?: Readonly<Record<string, unknown>>;
  /** Configuration that `new FunctionExecutor()` inside a task starts from. Holds no credentials. */
  readonly executorConfig?: unknown;
}
