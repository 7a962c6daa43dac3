import { collect } from './reading/byte-source.ts';
import { LineReader } from './reading/line-reader.ts';
import { Newline } from './reading/newline.ts';
import { partitionBytes } from './reading/partition-bytes.ts';
import { streamOf } from './reading/stream-of.ts';

/** What a partition is made of. */
export interface PartitionFields {
  readonly backend?: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly url?: string;
  readonly path?: string;
  readonly part: number;
  readonly totalParts: number;
  readonly range?: readonly [start: number, endInclusive: number];
  readonly size?: number;
  readonly objectSize?: number;
  readonly newline: string | null;
  readonly etag?: string;
  readonly lastModified?: number;
}

/**
 * A part of an object, given to the function of a job over `objects(...)`. It is small, and reads the object where it is used:
 * in the task. With a newline it holds the lines that begin in `range`, each whole, so its bytes may go beyond `range`;
 * `stream`, `scan`, `bytes`, `text` and `lines` give the same bytes. Each may be called as often as wanted.
 */
export class ObjectPartition implements PartitionFields {
  /** Name of the storage it is in; absent for files and URLs. */
  declare readonly backend?: string;
  declare readonly bucket?: string;
  declare readonly key?: string;
  /** Of an object that is read by HTTP. */
  declare readonly url?: string;
  /** Of a local file. */
  declare readonly path?: string;
  /** Number of the part, from 1. */
  declare readonly part: number;
  declare readonly totalParts: number;
  /** First and last byte; absent where the object is empty or its size is not known. */
  declare readonly range?: readonly [start: number, endInclusive: number];
  /** Bytes in `range`; absent where a server does not tell. */
  declare readonly size?: number;
  /** Bytes of the whole object. */
  declare readonly objectSize?: number;
  /** What ends a line; null where parts are exact ranges. */
  declare readonly newline: string | null;
  /** Of the object when the job was made; it must be the same when it is read. */
  declare readonly etag?: string;
  /** Likewise, ms since the epoch. */
  declare readonly lastModified?: number;

  /** @internal */
  constructor(fields: PartitionFields) {
    Object.assign(this, fields);
  }

  /**
   * The bytes, read as they are taken.
   * @throws StorageNoSuchKeyError when the object has been deleted since the job was made; StorageError when it has changed
   * or cannot be read.
   */
  stream(): ReadableStream<Uint8Array> {
    return streamOf(partitionBytes(this));
  }

  /**
   * Gives all the bytes to `visit`, chunk after chunk, and waits for what it returns. A chunk is valid until then: its memory
   * is used again for the next. That makes it the fastest way to go over large files once.
   * @throws like {@link stream}, and what `visit` throws
   */
  async scan(visit: (chunk: Uint8Array) => unknown): Promise<void> {
    for await (const chunk of partitionBytes(this, 'reused')) await visit(chunk);
  }

  /** All the bytes. @throws like {@link stream} */
  async bytes(): Promise<Uint8Array> {
    return collect(partitionBytes(this));
  }

  /** All the bytes as UTF-8 text. @throws like {@link stream} */
  async text(): Promise<string> {
    return (await collect(partitionBytes(this))).toString();
  }

  /**
   * The lines, without what ends them; `'\n'` ends them where the parts are exact ranges. A newline at the very end of the
   * object begins no further line. @throws like {@link stream}
   */
  lines(): AsyncIterableIterator<string> {
    return new LineReader(partitionBytes(this), new Newline(this.newline ?? '\n'));
  }

  toString(): string {
    const object = this.url ?? this.path ?? `${this.backend}://${this.bucket}/${this.key}`;
    return this.totalParts === 1 ? object : `${object} (part ${this.part} of ${this.totalParts})`;
  }
}
