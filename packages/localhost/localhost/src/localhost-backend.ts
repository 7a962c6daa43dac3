import {
  type ComputeBackend,
  type Invocation,
  InvocationError,
  type InvocationRun,
  type InvokeOptions,
  WorkerLostError,
} from '@lithops/core/plugin';
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
      toError: lostError,
      command: {
        execPath: config.runtime ?? process.execPath,
        execArgv: [...loaderFlags(process.execArgv), ...heap],
        env: process.env,
        cwd: process.cwd(),
      },
    });
  }

  invoke(invocation: Invocation, { module, signal }: InvokeOptions): InvocationRun {
    return this.#pool.run(invocation, module, signal);
  }

  prewarm(count: number): void {
    this.#pool.prewarm(count);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool.close();
  }
}

function lostError({ death, cause }: WorkerDied): Error {
  const { exitCode, signal, oom, call, stderr } = death;
  if (exitCode === undefined && signal === undefined) {
    return new InvocationError(
      `a worker process could not be started: ${cause instanceof Error ? cause.message : 'unknown cause'}`,
      { cause },
    );
  }
  const said = stderr.trim() === '' ? '' : `; it last wrote: ${stderr.trim().split('\n').slice(-3).join(' / ')}`;
  return new WorkerLostError(`${describeDeath(death)} while it ran the call${said}`, {
    oom,
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
    ...(call !== undefined && { runningCall: call }),
    ...(cause !== undefined && { cause }),
  });
}
