import { type FoundObject, findObjects, type ObjectSearch } from './find-objects.ts';
import { ObjectPartition } from './object-partition.ts';
import type { ParsedSource } from './object-source.ts';
import type { PartitionRule } from './partition-options.ts';

/** The partitions of all objects, in the order of sources, keys and parts. @throws StorageError */
export async function* planPartitions(
  sources: readonly ParsedSource[],
  rule: PartitionRule,
  search: ObjectSearch,
): AsyncGenerator<ObjectPartition, void, void> {
  for await (const object of findObjects(sources, search)) yield* partitionsOf(object, rule);
}

function* partitionsOf(object: FoundObject, { newline, divide }: PartitionRule): Generator<ObjectPartition> {
  const { place, size, divisible, etag, lastModified } = object;
  const version = { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) };
  if (size === undefined) {
    yield new ObjectPartition({ ...place, part: 1, totalParts: 1, newline, ...version });
    return;
  }
  const parts = divisible ? divide(size) : [{ start: 0, end: size }];
  for (const [i, { start, end }] of parts.entries()) {
    yield new ObjectPartition({
      ...place,
      part: i + 1,
      totalParts: parts.length,
      ...(end > start && { range: [start, end - 1] as const }),
      size: end - start,
      objectSize: size,
      newline,
      ...version,
    });
  }
}
