import { type ByteSize, parseByteSize } from './byte-size.ts';

/** How objects are divided; for jobs over `objects(...)` only. */
export interface PartitionOptions {
  /** Largest part, in bytes or as text like `'64MB'`. Default: an object is one part. */
  readonly objChunkSize?: ByteSize;
  /** Parts of each object, as equal as can be; never more than it has bytes. */
  readonly objChunkNumber?: number;
  /**
   * What ends a line; default `'\n'`. A line belongs to the part in which it begins, so that none is cut.
   * `null`: parts are exact ranges of bytes.
   */
  readonly objNewline?: string | null;
}

export const PARTITION_OPTION_NAMES = ['objChunkSize', 'objChunkNumber', 'objNewline'] as const;

/** Options that were checked. */
export interface PartitionRule {
  readonly newline: string | null;
  /** The parts of an object of that many bytes: where each begins, and its end. At least one. */
  divide(size: number): readonly { readonly start: number; readonly end: number }[];
}

/** @throws TypeError or RangeError naming the option. */
export function partitionRule(options: PartitionOptions): PartitionRule {
  const { objChunkSize, objChunkNumber, objNewline = '\n' } = options;
  if (objChunkSize !== undefined && objChunkNumber !== undefined)
    throw new TypeError('objChunkSize and objChunkNumber both say how objects are divided; give one of them');
  if (objChunkNumber !== undefined && !(Number.isSafeInteger(objChunkNumber) && objChunkNumber >= 1))
    throw new RangeError(`objChunkNumber is a whole number from 1, not ${String(objChunkNumber)}`);
  checkNewline(objNewline);
  const chunkSize = objChunkSize === undefined ? Number.POSITIVE_INFINITY : parseByteSize(objChunkSize, 'objChunkSize');
  return {
    newline: objNewline,
    divide(size) {
      if (size === 0) return [{ start: 0, end: 0 }];
      if (objChunkNumber === undefined) {
        const count = Math.ceil(size / Math.min(chunkSize, size));
        return Array.from({ length: count }, (_, i) => ({
          start: i === 0 ? 0 : i * chunkSize,
          end: Math.min(size, (i + 1) * chunkSize),
        }));
      }
      const count = Math.min(objChunkNumber, size);
      const border = (i: number) => Math.floor((i * size) / count);
      return Array.from({ length: count }, (_, i) => ({ start: border(i), end: border(i + 1) }));
    },
  };
}

function checkNewline(newline: unknown): void {
  if (newline === null) return;
  if (typeof newline !== 'string')
    throw new TypeError(`objNewline is the text that ends a line, or null for exact ranges; not ${typeof newline}`);
  if (newline === '') throw new RangeError('objNewline is a text of one or more characters, or null for exact ranges');
  // What is not valid text decodes to U+FFFD, which would be taken for the end of a line.
  if (!newline.isWellFormed() || newline.includes('\uFFFD'))
    throw new RangeError('objNewline is valid Unicode, without the replacement character U+FFFD');
}
