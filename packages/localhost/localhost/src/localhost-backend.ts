import {
  type ComputeBackend,
  type Invocation,
  InvocationError,
  type InvocationRun,
  type InvokeOptions,
  WorkerLostError,
} from '@lithops/core/plugin';
import type { CallEvent } from '@lithops/worker';
import { describeDeath, ProcessPool, type WorkerDied } from '@lithops/worker/pool';
import type { LocalhostConfig } from './config.ts';
import { loaderFlags } from './loader-flags.ts';

/** Runs invocations in warm processes on this machine. */
export class LocalhostBackend implements ComputeBackend {
  readonly #pool: ProcessPool;

  constructor(config: LocalhostConfig, size: number) {
    const heap = config.runtimeMemory === undefined ? [] : [`--max-old-space-size=${config.runtimeMemory}`];
    this.#pool = new ProcessPool({
      size,
      command: {
        execPath: config.runtime ?? process.execPath,
        execArgv: [...loaderFlags(process.execArgv), ...heap],
        env: process.env,
        cwd: process.cwd(),
      },
    });
  }

  invoke(invocation: Invocation, { module, signal }: InvokeOptions): InvocationRun {
    const run = this.#pool.run(invocation, module, signal);
    const events = run[Symbol.asyncIterator]();
    return {
      recall: (calls) => run.recall(calls),
      running: () => run.running(),
      [Symbol.asyncIterator]: () => ({
        next: () => events.next().catch(rethrowLost),
        return: () => events.return?.() ?? Promise.resolve({ done: true, value: undefined }),
      }),
    };
  }

  prewarm(count: number): void {
    this.#pool.prewarm(count);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool.close();
  }
}

function rethrowLost(error: unknown): IteratorResult<CallEvent> {
  const { death, cause } = error as WorkerDied; // a pool's run fails with nothing else
  const { exitCode, signal, oom, call, stderr } = death;
  if (exitCode === undefined && signal === undefined) {
    throw new InvocationError(
      `a worker process could not be started: ${cause instanceof Error ? cause.message : 'unknown cause'}`,
      { cause },
    );
  }
  const said = stderr.trim() === '' ? '' : `; it last wrote: ${stderr.trim().split('\n').slice(-3).join(' / ')}`;
  throw new WorkerLostError(`${describeDeath(death)} while it ran the call${said}`, {
    oom,
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
    ...(call !== undefined && { runningCall: call }),
    ...(cause !== undefined && { cause }),
  });
}
