import type { CallEvent, Invocation, ShippedModule } from '@lithops/worker';
import type { DetachedRequest } from '@lithops/worker/detached';
import type { TimeoutError } from '../errors/timeout-error.ts';
import type { WorkerLostError } from '../errors/worker-lost-error.ts';
import type { ComputeCapabilities } from './capabilities.ts';
import type { ConfigSchema } from './config-schema.ts';
import type { JobCatalog } from './job-catalog.ts';
import type { LogSource } from './log-source.ts';
import type { MachineImageCatalog } from './machine-image.ts';
import type { PriceModel } from './price-model.ts';
import type { RemoteShell } from './remote-shell.ts';
import type { Runtime, RuntimeCatalog } from './runtime.ts';
import type { WorkerCatalog } from './worker-catalog.ts';

/** The execution modes. */
export type ExecutionMode = 'localhost' | 'serverless' | 'standalone';

/** What a compute plugin's package exports by default, made by `defineComputePlugin`. */
export interface ComputePlugin<Config = unknown> {
  /** Version of the plugin contract it was written for; this core supports `SUPPORTED_PLUGIN_API`. */
  readonly api: number;
  readonly kind: 'compute';
  /** Name in configurations, snake case: `aws_lambda`. */
  readonly name: string;
  readonly mode: ExecutionMode;
  /**
   * URL of the module that exports the plugin, its `import.meta.url`. By it executors inside tasks find a plugin that their
   * client was given as a value; without it they look for a package of its name.
   */
  readonly module?: string;
  /** Any Standard Schema: validates and completes the config section of that name. */
  readonly config: ConfigSchema<Config>;
  /**
   * Name of the plugin that is to work under this section instead, for example because its `runtime` is an image. Asked
   * before the section is checked; the other plugin checks it, together with the section of its own name. Plugins do not
   * import each other: core resolves the name, so that only those who use it need to have it installed.
   */
  delegate?(section: Readonly<Record<string, unknown>>): string | undefined;
  /** What the backend can do under this configuration; pure, known before anything is started. */
  capabilities(config: Config): ComputeCapabilities;
  /**
   * The part of its section, as plain data without credentials, that tasks may see: with it `new FunctionExecutor()` inside a
   * task runs on this backend too, whose plugin is sent along where tasks have nothing of the client's files. Absent: tasks
   * see nothing of it; where they do not have the client's files, executors inside them run processes beside the task.
   */
  taskConfig?(config: Config): unknown;
  /** What the platform charges under this configuration; pure. Absent, or undefined: nobody knows. */
  pricing?(config: Config): PriceModel | undefined;
  /** Makes the backend; at once where nothing needs to be imported or asked. SDKs are imported here and nowhere else. */
  create(config: Config, context: PluginContext): ComputeBackend | Promise<ComputeBackend>;
}

/** What core gives a plugin. */
export interface PluginContext {
  readonly executorId: string;
  readonly logger: PluginLogger;
  /**
   * Folders of this machine that tasks reach through their storage. Given to backends that do not share the file system, so
   * that those on this machine can put them in the same place.
   */
  readonly storageFolders?: readonly string[];
  /**
   * What opens the executor's storage in a worker, and makes executors in tasks: the body of one CommonJS module, for
   * `TaskSetup.storageFile` of workers that are deployed with it. Absent where tasks cannot reach the storage.
   */
  readonly storageCode?: () => Promise<string>;
  /** Aborted when the executor is closed. */
  readonly signal: AbortSignal;
}

export interface PluginLogger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export interface InvokeOptions {
  /** The function module, for transports and workers that have not seen its hash yet. */
  readonly module: ShippedModule;
  /** MB that the worker is to have, where it is not what the configuration says. Only where capabilities say `memoryPerJob`. */
  readonly runtimeMemory?: number;
  /**
   * Aborted: the work is killed for real and the run ends (an abort is never reported as a lost worker). Where capabilities say
   * `stop: true` it is not, and runs are ended by their `stop`.
   */
  readonly signal: AbortSignal;
  /**
   * Present where capabilities say `delivery: 'storage'`, and for the jobs that `detaches` chooses: all that the worker must be
   * given; it finds the rest in storage.
   */
  readonly detached?: DetachedInvocation;
  /** What is too large to be sent may go by the storage. Present where capabilities say `deploysStorage` and workers reach it. */
  readonly byReference?: InvocationReferences;
}

/** Puts what an invocation needs where its worker finds it. Each is written once, when it is first asked for. */
export interface InvocationReferences {
  /** @returns the key of the function module, as `decodeStoredModule` reads it. @throws StorageError */
  module(): Promise<string>;
  /** @returns the key of the invocation without its task setup, as `decodeStoredInvocation` reads it. @throws StorageError */
  invocation(): Promise<string>;
  /**
   * @returns the key of a list, in JSON, with the ids of the job's invocations that are to be ended; they are all when it
   * is gone. @throws StorageError
   */
  stops(): Promise<string>;
  /** Enters this invocation in that list. Must not throw. */
  stop(): Promise<void>;
}

/**
 * Turns invocations into streams of call events. Everything else (retries, deadlines, cancelling, order) is core's.
 * Optional abilities are groups: the object is there with all its methods, or it is not there.
 */
export interface ComputeBackend {
  /**
   * Runs the calls of one invocation on one worker. Ends normally when every call has a `result`, `error` or `returned`
   * event. Throws `WorkerLostError` when the worker died with calls unanswered, `InvocationError` when the platform
   * refused; calls already answered by then stay answered.
   * Where there is `options.detached` it only has the platform start a worker with that, and resolves when that is accepted;
   * core reads the events from the storage.
   */
  invoke(invocation: Invocation, options: InvokeOptions): InvocationRun | Promise<AcceptedInvocation>;
  /** Optional: builds, deploys and lists runtimes. */
  readonly runtimes?: RuntimeCatalog;
  /** Optional: the jobs that the platform knows, whoever has started them. */
  readonly jobs?: JobCatalog;
  /** Optional: what tasks run on. */
  readonly workers?: WorkerCatalog;
  /** Optional: what calls wrote, for others than their client. */
  readonly logs?: LogSource;
  /** Optional: a shell on the machine that leads. */
  readonly shell?: RemoteShell;
  /** Optional: builds and lists images of the machines that it makes. */
  readonly images?: MachineImageCatalog;
  /**
   * Optional: deletes what Lithops has made on the platform under this configuration, whoever has: its runtimes, and with
   * `scope: 'everything'` also what was kept for later ones, such as secrets, networks and machines.
   */
  clean?(options: BackendCleanOptions): Promise<BackendCleanReport>;
  /**
   * Starts workers ahead of the first invocation, at most `count`. Only a hint; must not throw. Not given to backends whose `create`
   * takes its time, or that may hand work over by storage: by the time they are known there mostly is work for them.
   */
  prewarm?(count: number): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface BackendCleanOptions {
  readonly scope: 'runtimes' | 'everything';
  /** Aborted: what is deleted by then is deleted, and no more. */
  readonly signal: AbortSignal;
}

export interface BackendCleanReport {
  /** What was deleted, as the platform calls it: `service lithops-worker-1a2b`. */
  readonly deleted: readonly string[];
}

/** Work that a platform has taken on, and of which it tells nothing more. */
export interface AcceptedInvocation {
  /** The platform's name for it, for messages. */
  readonly id?: string;
  /** Ends the work, where the platform can do that. Must not throw. */
  cancel?(): Promise<void>;
  /**
   * What the platform says of a worker that gives no more sign of life: why it ended. Undefined when it does not tell.
   * Must not throw.
   */
  lastWords?(): Promise<WorkerLostError | TimeoutError | undefined>;
}

/** The event stream of one invocation. */
export interface InvocationRun extends AsyncIterable<CallEvent> {
  /**
   * Asks for calls that have not been started, to run them elsewhere. Answered by a `returned` event with those given
   * back (none, if all had been started). Present only where capabilities say `recall: true`.
   */
  recall?(calls: readonly number[]): void;
  /**
   * Kills the work for real, and ends the run; may be called more than once, and after the end. Present only where
   * capabilities say `stop: true`.
   */
  stop?(): void;
  /**
   * The last call that the worker may have begun, looked up at once and without its help; undefined when it is not known.
   * With it, calls behind one that keeps its worker busy can be run elsewhere without being run twice.
   */
  running?(): number | undefined;
  /**
   * Time that the platform charges for, in ms, when the run has ended and where it tells. Absent, or undefined: the time
   * that its calls took.
   */
  billedMs?(): number | undefined;
}

/** What a detached worker is started with, as `@lithops/worker/detached` takes it: plain JSON of a few hundred bytes. */
export type DetachedInvocation = DetachedRequest;

export type { Runtime };
