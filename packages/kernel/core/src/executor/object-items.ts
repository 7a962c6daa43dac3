import type { ResolvedConfig } from '../config/load-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import type { ObjectList } from '../objects/object-list.ts';
import type { ObjectPartition } from '../objects/object-partition.ts';
import { PARTITION_OPTION_NAMES, type PartitionOptions, partitionRule } from '../objects/partition-options.ts';
import { planPartitions } from '../objects/plan-partitions.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';
import type { ExecutorStorages } from './executor-storages.ts';

export interface ObjectItemsContext {
  readonly config: ResolvedConfig;
  readonly storages: ExecutorStorages;
  readonly signal: AbortSignal;
  capabilities(): Promise<ComputeCapabilities>;
}

/** The partitions of a list of objects, as items of a job. Options are checked at once. @throws TypeError or RangeError */
export function objectItems(
  { sources }: ObjectList,
  options: PartitionOptions,
  context: ObjectItemsContext,
): AsyncIterable<ObjectPartition> {
  const rule = partitionRule(options);
  const { storages, signal } = context;
  return {
    async *[Symbol.asyncIterator]() {
      const file = sources.find(({ kind }) => kind === 'file' || kind === 'files');
      if (file !== undefined && !(await context.capabilities()).sharesFileSystem)
        throw new ConfigError(
          `${file.name} is a file of this machine, which workers of ${context.config.backendName} cannot read`,
          { hint: 'put it into storage, with storage.uploadFile, and give its key' },
        );
      yield* planPartitions(sources, rule, { storageOf: (name) => storages.named(name), signal });
    },
  };
}

/** @throws TypeError when options for objects are given with other items. */
export function refusePartitionOptions(options: PartitionOptions): void {
  const given = PARTITION_OPTION_NAMES.find((name) => options[name] !== undefined);
  if (given !== undefined)
    throw new TypeError(`${given} divides objects; wrap the source as in map(fn, objects('aws_s3://bucket/prefix/'))`);
}
