import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { type Invocation, InvocationError, type ShippedModule, WorkerLostError } from '@lithops/core/plugin';
import {
  lostProcessError,
  type RemoteRun,
  supervisorArguments,
  WorkerConnection,
  workerFile,
} from '@lithops/core/worker';
import type { AcmeGridConfig } from './config.ts';

const STDERR_TAIL_CHARS = 2000;
/** A worker ends when its input does; one that does not is killed after so many ms. */
const PATIENCE_MS = 2000;

/**
 * A worker, and the two streams by which it is spoken to. It is a process of this machine: replace `start` by what starts
 * `node worker.mjs --stdio` on your platform, and give `WorkerConnection` the streams that lead there. `workerCode()` of
 * `@lithops/core/plugin` is the text of `worker.mjs`, to be taken there.
 */
export class WorkerProcess {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #connection: WorkerConnection;
  readonly #ended: Promise<Error>;
  #stderr = '';

  constructor(config: AcmeGridConfig) {
    this.#process = start(config);
    this.#ended = new Promise((resolve) => {
      this.#process.once('error', (cause) =>
        resolve(new InvocationError(`a worker could not be started: ${cause.message}`, { cause })),
      );
      this.#process.once('close', (exitCode, signal) => resolve(this.#loss(exitCode, signal)));
    });
    this.#process.stderr.on('data', (text: Buffer) => {
      this.#stderr = (this.#stderr + text.toString()).slice(-STDERR_TAIL_CHARS);
    });
    this.#connection = new WorkerConnection({
      input: this.#process.stdin,
      output: this.#process.stdout,
      toError: lostProcessError,
      explainEnd: () => this.#ended,
    });
  }

  get usable(): boolean {
    return this.#connection.usable;
  }

  get isFree(): boolean {
    return this.#connection.size === 0;
  }

  run(invocation: Invocation, module: ShippedModule, signal: AbortSignal): RemoteRun {
    return this.#connection.run(invocation, module, signal);
  }

  /** Resolves when it is gone. */
  async close(): Promise<void> {
    this.#connection.close();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), PATIENCE_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #loss(exitCode: number | null, signal: NodeJS.Signals | null): WorkerLostError {
    const said = this.#stderr.trim() === '' ? '' : `; it wrote: ${this.#stderr.trim()}`;
    return signal === null
      ? new WorkerLostError(`a worker ended with exit code ${exitCode}${said}`, { exitCode: exitCode ?? 0 })
      : new WorkerLostError(`a worker was killed by ${signal}${said}`, { signal });
  }
}

function start({ runtimeMemory }: AcmeGridConfig): ChildProcessWithoutNullStreams {
  const heap = runtimeMemory === undefined ? {} : { heapMegabytes: runtimeMemory };
  const started = spawn(process.execPath, [workerFile(), ...supervisorArguments({ processes: 1, ...heap })], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A program that waits for nothing else is free to end; the connection holds on to it while invocations run.
  started.unref();
  Reflect.apply(Reflect.get(started.stderr, 'unref') ?? (() => {}), started.stderr, []);
  return started;
}
