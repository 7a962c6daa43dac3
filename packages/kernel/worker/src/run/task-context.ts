import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import type { Invocation, TaskSetup } from '../invocation.ts';
import { workerFile } from '../pool/worker-file.ts';
import { openObjectStorage, openTaskStorage, provideSentCode } from './job-store.ts';

/** What a running call knows of itself; see `TaskContext` of `@lithops/core` for the meaning of each member. */
export interface WorkerTaskContext {
  /** The call's number within its job, from 0. */
  readonly id: number;
  /** The same as five digits, `00042`. */
  readonly callId: string;
  readonly jobId: string;
  readonly executorId: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** The executor's storage, opened on first use. */
  readonly storage: unknown;
  readonly signal: AbortSignal;
  readonly log: TaskLog;
}

/** Leveled lines among the call's logs. */
export interface TaskLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Where any copy of core finds the running task: `globalThis[Symbol.for('lithops.task')]`.
 * A process-wide symbol, because a shipped function may import another copy than the worker's.
 */
export interface TaskScope {
  current(): WorkerTaskContext | undefined;
  /** Configuration that an executor made inside the running task starts from. */
  executorConfig(): unknown;
  /** A storage that the running job reads objects from. @throws TypeError for any other. */
  storage(name: string): unknown;
  /** `TaskSetup.storageCode` of the running task, for tasks of executors that it makes. */
  storageCode(): string | undefined;
  /** The worker's one file, from which more workers can be started. */
  workerFile(): string;
}

/** One call while it runs. */
export interface RunningCall {
  readonly call: number;
  readonly context: WorkerTaskContext;
  readonly setup: TaskSetup | undefined;
  write(stream: 'stdout' | 'stderr', text: string): void;
}

const TASK_SCOPE = Symbol.for('lithops.task');
const LOG_STREAM = { debug: 'stderr', info: 'stderr', warn: 'stderr', error: 'stderr' } as const;

const running = new AsyncLocalStorage<RunningCall>();

/** The call on whose behalf this code runs, also in callbacks and timers it left behind. */
export function currentCall(): RunningCall | undefined {
  return running.getStore();
}

export function runInCall<Result>(call: RunningCall, run: () => Result): Result {
  return running.run(call, run);
}

/** Makes the running task visible to `taskContext()` of any copy of core in this process. */
export function publishTaskScope(): void {
  const scope: TaskScope = {
    current: () => running.getStore()?.context,
    executorConfig: () => {
      const setup = running.getStore()?.setup;
      provideSentCode(setup);
      return setup?.executorConfig;
    },
    storage: (name) => openObjectStorage(running.getStore()?.setup, name),
    storageCode: () => sentStorageCode(running.getStore()?.setup),
    workerFile,
  };
  Object.defineProperty(globalThis, TASK_SCOPE, { value: scope, configurable: true });
}

function sentStorageCode(setup: TaskSetup | undefined): string | undefined {
  return setup?.storageCode ?? (setup?.storageFile && readFileSync(setup.storageFile, 'utf8'));
}

/** The context of one call. Its storage is opened when it is first asked for. */
export function createTaskContext(
  invocation: Invocation,
  call: number,
  signal: AbortSignal,
  write: RunningCall['write'],
): WorkerTaskContext {
  const { executorId, jobId, attempt, task } = invocation;
  const line = (level: keyof typeof LOG_STREAM) => (message: string) =>
    write(LOG_STREAM[level], `${new Date().toISOString()} ${level} ${message}\n`);
  const callId = String(call).padStart(5, '0');
  let storage: unknown;
  return {
    id: call,
    callId,
    jobId,
    executorId,
    attempt,
    signal,
    get storage() {
      storage ??= openTaskStorage(task, { executorId, jobId, callId });
      return storage;
    },
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
  };
}
