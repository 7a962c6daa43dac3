import type { ExecutorOptions } from '@lithops/core';
import { type Command, InvalidArgumentError } from 'commander';

/** Options that every command which uses a configuration takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly backend?: string;
  readonly storage?: string;
  readonly debug?: boolean;
  readonly json?: boolean;
}

export function withCommonOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file')
    .option('-b, --backend <name>', 'compute backend')
    .option('-s, --storage <name>', 'storage backend')
    .option('-d, --debug', 'print debug messages and stacks');
}

export function toExecutorOptions({ config, backend, storage, debug }: CommonOptions): ExecutorOptions {
  return {
    ...(config !== undefined && { configFile: config }),
    ...(backend !== undefined && { backend }),
    ...(storage !== undefined && { storage }),
    ...(debug === true && { logLevel: 'debug' as const }),
  };
}

/** @throws InvalidArgumentError, which Commander prints */
export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('a whole number from 1 is expected.');
}
