import fc from 'fast-check';
import type { ObjectPartition } from '../../src/objects/object-partition.ts';
import { type ObjectSource, parseSource } from '../../src/objects/object-source.ts';
import { type PartitionOptions, partitionRule } from '../../src/objects/partition-options.ts';
import { planPartitions } from '../../src/objects/plan-partitions.ts';

/** Newlines of one and of several bytes, such as overlap themselves among them. */
export const newlines: fc.Arbitrary<string> = fc.constantFrom(
  '\n',
  '\r\n',
  '\n\n',
  ';',
  '--',
  'aba',
  '€',
  '𝄞\n',
  '\u0000',
);

/** Contents made of pieces that are likely to come apart at a border. */
export function contents(newline: string): fc.Arbitrary<string> {
  const first = [...newline][0] ?? '';
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constant(newline) },
    {
      weight: 3,
      arbitrary: fc.constantFrom('', 'a', 'b', '\r', '\n', ';', '-', 'é', '€', '𝄞', ' ', first, `a${first}`),
    },
    { weight: 3, arbitrary: fc.string({ maxLength: 12, unit: 'binary' }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 40_000 }).map((length) => 'xy'.repeat(length)) },
  );
  return fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('').toWellFormed());
}

export const chunkings: fc.Arbitrary<PartitionOptions> = fc.oneof(
  fc.record({ objChunkNumber: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ objChunkSize: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 5000 })) }),
);

/** The lines of a text, found in one go. */
export function linesOf(text: string, newline: string): string[] {
  const lines = text.split(newline);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** So few parts that a test of tiny chunks ends. */
export function atMost(parts: number, size: number, options: PartitionOptions): PartitionOptions {
  const { objChunkSize } = options;
  if (typeof objChunkSize !== 'number') return options;
  return { ...options, objChunkSize: Math.max(objChunkSize, Math.ceil(size / parts)) };
}

/** The partitions of files and URLs, which need no executor. */
export async function partitionsOf(sources: ObjectSource[], options: PartitionOptions): Promise<ObjectPartition[]> {
  const storageOf = () => {
    throw new Error('no storage is needed');
  };
  const rule = partitionRule(options);
  return listed(planPartitions(sources.map(parseSource), rule, { storageOf, signal: undefined }));
}

export async function allLines(partitions: readonly ObjectPartition[]): Promise<string[]> {
  const lines: string[] = [];
  for (const partition of partitions) for await (const line of partition.lines()) lines.push(line);
  return lines;
}

export async function allBytes(partitions: readonly ObjectPartition[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (const partition of partitions) parts.push(await partition.bytes());
  return Buffer.concat(parts);
}

export async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
