import type { ExecutorOptions } from './executor-options.ts';
import { FunctionExecutor } from './function-executor.ts';

/** A {@link FunctionExecutor} in serverless mode. */
export class ServerlessExecutor extends FunctionExecutor {
  constructor(options: Omit<ExecutorOptions, 'mode'> = {}) {
    super({ ...options, mode: 'serverless' });
  }
}
