import { ListObjectsV2Command, type ListObjectsV2CommandOutput, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectEntry } from '@lithops/core/plugin';

/** Every object whose key starts with a prefix, page by page; the next page is asked for while one is read. */
export async function* listObjects(
  client: S3Client,
  bucket: string,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<ObjectEntry, void, void> {
  const page = async (token?: string): Promise<ListObjectsV2CommandOutput> => {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      // Keys may hold characters that XML cannot.
      EncodingType: 'url',
      ...(token !== undefined && { ContinuationToken: token }),
    });
    return client.send(command, { abortSignal: signal });
  };
  let next: Promise<ListObjectsV2CommandOutput> | undefined = page();
  while (next !== undefined) {
    const { Contents = [], EncodingType, IsTruncated, NextContinuationToken }: ListObjectsV2CommandOutput = await next;
    next = IsTruncated === true && NextContinuationToken !== undefined ? page(NextContinuationToken) : undefined;
    next?.catch(() => {}); // told when it is waited for, or to nobody when the reader has stopped
    for (const { Key = '', Size = 0, LastModified } of Contents) {
      signal.throwIfAborted();
      const key = EncodingType === 'url' ? decodeKey(Key) : Key;
      yield { key, size: Size, lastModified: LastModified ?? new Date(0) };
    }
  }
}

/** As forms are encoded: a plus is a space. */
function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', '%20'));
}
