import type { ExecutorOptions } from './executor-options.ts';
import { FunctionExecutor } from './function-executor.ts';

/** A {@link FunctionExecutor} in localhost mode. */
export class LocalhostExecutor extends FunctionExecutor {
  constructor(options: Omit<ExecutorOptions, 'mode'> = {}) {
    super({ ...options, mode: 'localhost' });
  }
}
