import type { Storage } from '@lithops/core';
import { type Command, InvalidArgumentError } from 'commander';
import { type CommonOptions, toExecutorOptions, withCommonOptions } from '../../common-options.ts';

/** Options of every `lithops storage` command. */
export interface StorageCommandOptions extends CommonOptions {
  readonly region?: string;
}

/** A storage for one command. */
export interface StorageSession {
  readonly storage: Storage;
  /** The bucket named, or the configured one. */
  bucket(name: string | undefined): Promise<string>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export function withStorageOptions(command: Command): Command {
  return withCommonOptions(command)
    .option('-r, --region <name>', 'region of the storage')
    .option('--json', 'print JSON');
}

/** Opens the storage that the options name, runs, and closes it. */
export async function withStorage(
  options: StorageCommandOptions,
  run: (session: StorageSession) => Promise<void>,
): Promise<void> {
  const { loadConfig, Storage } = await import('../../../index.ts');
  const { backend, region, ...rest } = options;
  // There is no compute backend here: `-b` names the storage, as in Python Lithops.
  const chosen = { ...rest, ...(backend !== undefined && options.storage === undefined && { storage: backend }) };
  const config = loadConfig(toExecutorOptions(chosen));
  const resolved = region === undefined ? config : { ...config, storageSection: { ...config.storageSection, region } };
  await using storage = new Storage({ resolved });
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new InterruptedError());
  process.once('SIGINT', interrupt);
  try {
    const { signal } = interruption;
    await run({ storage, signal, bucket: async (name) => name ?? storage.defaultBucket({ signal }) });
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}

/** `[bucket] key` from the one or two arguments that were given. */
export function bucketAndKey(first: string, second: string | undefined): readonly [string | undefined, string] {
  return second === undefined ? [undefined, first] : [first, second];
}

/** @throws InvalidArgumentError, which Commander prints */
export function nonEmpty(value: string): string {
  if (value !== '') return value;
  throw new InvalidArgumentError('it is empty.');
}

class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}
