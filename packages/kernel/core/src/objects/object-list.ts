import { type ObjectSource, type ParsedSource, parseSource } from './object-source.ts';

/** Marks lists of objects of every copy of core. */
const OBJECTS = Symbol.for('lithops.objects');

/** What `objects` returns: sources whose objects are found and divided when a job is made of them. */
export class ObjectList {
  /** @internal */
  readonly sources: readonly ParsedSource[];

  /** @internal Names of the storages in which sources are. */
  get storages(): string[] {
    return [...new Set(this.sources.flatMap((source) => ('backend' in source ? [source.backend] : [])))];
  }

  /** @internal */
  constructor(sources: readonly ParsedSource[]) {
    this.sources = sources;
  }

  get [OBJECTS](): true {
    return true;
  }

  /** @internal Whether a value is one, made by whichever copy of core. */
  static is(value: unknown): value is ObjectList {
    return typeof value === 'object' && value !== null && OBJECTS in value;
  }
}

/**
 * Objects to run a function over: `fexec.map(fn, objects('aws_s3://books/'), { objChunkSize: '64MB' })` calls
 * `fn(part: ObjectPartition)` once for each part of each object, in the order of sources, keys and parts.
 *
 * Sources: a bucket (`aws_s3://bucket`), all below a prefix (`aws_s3://bucket/prefix/`), one key, a pattern (`*` for any
 * characters but `/`, `**` for any characters), a CloudObject, local files and folders (`file:///data/*.csv`), URLs
 * (`https://...`), or a list of those in which kinds and storages may be mixed.
 * @throws TypeError for what is none of these.
 */
export function objects(sources: ObjectSource | readonly ObjectSource[]): ObjectList {
  const list = Array.isArray(sources) ? sources : [sources];
  return new ObjectList(list.map(parseSource));
}
