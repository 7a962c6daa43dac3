import { StorageError } from '@lithops/core/plugin';

/** Names of what a bucket is made of. The braces keep them in one slot, where a proxy spreads keys over servers. */
export interface BucketKeys {
  /** A hash that is there when the bucket is. */
  readonly bucket: string;
  /** A sorted set of the keys of all objects; all scores are 0, so their order is that of their bytes. */
  readonly index: string;
  /** Before the key of an object: a hash of what is known of it. */
  readonly object: string;
  /** Before `<upload>:<number>`: the bytes of an object, in chunks. */
  readonly chunk: string;
  /** Before `<upload>`: a sorted set of who reads its chunks, by the time up to which they are kept for him. */
  readonly readers: string;
}

/** @throws StorageError for what can be no bucket name. */
export function bucketKeys(bucket: string): BucketKeys {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(bucket)) {
    throw new StorageError(`${JSON.stringify(bucket)} is no bucket name`, {
      hint: 'letters, digits, dots, dashes and underscores, at most 128, beginning with a letter or digit',
    });
  }
  const base = `lithops:{${bucket}}:`;
  return {
    bucket: `${base}bucket`,
    index: `${base}index`,
    object: `${base}object:`,
    chunk: `${base}chunk:`,
    readers: `${base}readers:`,
  };
}
