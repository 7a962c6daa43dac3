import type { Duration } from '../config/duration.ts';
import type { LithopsConfig } from '../config/lithops-config.ts';
import type { JobObserver } from '../observation/job-observer.ts';
import type { ExecutionMode } from '../plugin/compute-plugin.ts';
import type { PluginReference } from '../plugin/plugin-reference.ts';

/** What is said where an executor is made; it wins over configuration files and the environment. */
export interface ExecutorOptions {
  readonly config?: LithopsConfig;
  readonly configFile?: string;
  readonly mode?: ExecutionMode;
  /** Name of a compute backend (`aws_lambda`), a package, a relative path, or what a plugin's factory returned. */
  readonly backend?: string | PluginReference;
  readonly storage?: string | PluginReference;
  /** localhost, standalone: an image name selects the Docker environment. */
  readonly runtime?: string;
  /** MB. */
  readonly runtimeMemory?: number;
  readonly maxWorkers?: number;
  readonly workerProcesses?: number;
  /** Per call, from submission: seconds, or text like `'5m'`. */
  readonly timeout?: Duration;
  /** Attempts after the first, for lost workers and refused invocations. */
  readonly retries?: number;
  /** Of its jobs: calls of a higher one are invoked first, among all that wait for the same workers. A whole number; default 0. */
  readonly priority?: number;
  readonly logLevel?: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  /** Cancels everything and closes the executor. */
  readonly signal?: AbortSignal;
  /** Told what tasks print, as it comes. It is kept on `future.logs` in any case, and printed nowhere. */
  readonly onLog?: (entry: TaskLogEntry) => void;
  /** Told what becomes of jobs and calls, as it happens. */
  readonly observers?: readonly JobObserver[];
}

/** A piece of what a task printed. */
export interface TaskLogEntry {
  readonly jobId: string;
  readonly callId: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}
