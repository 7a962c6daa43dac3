import type { ResolvedConfig } from '../config/load-config.ts';
import { createLogger, logs } from './plugin-logger.ts';
import { currentTask } from './task-context.ts';

/** What people are told of an executor's jobs while they run. */
export interface ToldOfJobs {
  /** Whether it may be shown how far they have come. */
  readonly showsProgress: boolean;
  /** Where it is told in detail what happens; undefined where nobody wants to know. */
  readonly debug: ((message: string) => void) | undefined;
}

/** Errors only means errors only. What a task writes to stderr is its log, which no progress belongs into. */
export function toldOfJobs({ logLevel }: ResolvedConfig, executorId: string): ToldOfJobs {
  return {
    showsProgress: logs(logLevel, 'warn') && currentTask() === undefined,
    debug: logs(logLevel, 'debug') ? createLogger(logLevel, executorId).debug : undefined,
  };
}
