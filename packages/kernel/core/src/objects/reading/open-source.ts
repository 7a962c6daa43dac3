import type { PartitionFields } from '../object-partition.ts';
import type { ByteSource } from './byte-source.ts';
import { openFile } from './file-source.ts';
import { openObject } from './storage-source.ts';
import { openUrl } from './url-source.ts';

/** Opens the object of a partition for reading. */
export async function openSource(partition: PartitionFields): Promise<ByteSource> {
  const { backend, bucket, key, url, path } = partition;
  if (path !== undefined) return openFile(path, partition);
  if (url !== undefined) return openUrl(url, partition);
  if (backend !== undefined && bucket !== undefined && key !== undefined)
    return openObject({ backend, bucket, key }, partition);
  throw new TypeError('this is no partition that objects(...) made: it names no object');
}
