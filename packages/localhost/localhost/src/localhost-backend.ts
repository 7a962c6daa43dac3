import {
  type ComputeBackend,
  type Invocation,
  type InvocationRun,
  type InvokeOptions,
  lostProcessError,
} from '@lithops/core/plugin';
import { ProcessPool } from '@lithops/worker/pool';
import type { LocalhostConfig } from './config.ts';
import { loaderFlags } from './loader-flags.ts';

/** Runs invocations in warm processes on this machine. */
export class LocalhostBackend implements ComputeBackend {
  readonly #pool: ProcessPool;

  constructor(config: LocalhostConfig, size: number) {
    const heap = config.runtimeMemory === undefined ? [] : [`--max-old-space-size=${config.runtimeMemory}`];
    this.#pool = new ProcessPool({
      size,
      growth: 'paying',
      toError: lostProcessError,
      command: {
        execPath: config.runtime ?? process.execPath,
        execArgv: [...loaderFlags(process.execArgv), ...heap],
        env: process.env,
        cwd: process.cwd(),
      },
    });
  }

  invoke(invocation: Invocation, { module }: InvokeOptions): InvocationRun {
    return this.#pool.run(invocation, module);
  }

  prewarm(count: number): void {
    this.#pool.prewarm(count);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool.close();
  }
}
