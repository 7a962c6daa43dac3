import type { ExecutorOptions } from './executor-options.ts';
import { FunctionExecutor } from './function-executor.ts';

/** A {@link FunctionExecutor} in standalone mode. */
export class StandaloneExecutor extends FunctionExecutor {
  constructor(options: Omit<ExecutorOptions, 'mode'> = {}) {
    super({ ...options, mode: 'standalone' });
  }
}
