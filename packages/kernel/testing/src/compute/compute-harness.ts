import type { ExecutorOptions, FunctionExecutor } from '@lithops/core';
import type { ComputeCapabilities } from '@lithops/core/plugin';

/** What a compute plugin's author provides: how an executor on the plugin is made. */
export interface ComputeHarness {
  readonly capabilities: ComputeCapabilities;
  /** A fresh executor on the plugin under test; the suite closes it. */
  createExecutor(
    options?: Pick<ExecutorOptions, 'maxWorkers' | 'runtimeMemory' | 'timeout' | 'retries' | 'signal' | 'onLog'>,
  ): FunctionExecutor;
}
