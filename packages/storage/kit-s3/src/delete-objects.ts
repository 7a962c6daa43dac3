import { DeleteObjectCommand, DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import { forEachAtOnce } from '@lithops/kit-storage';
import { failureOf, isMissing } from './s3-errors.ts';

const KEYS_AT_ONCE = 1000;
const REQUESTS_AT_ONCE = 8;

/** A key that could not be deleted, as S3 tells it within an answer that is no error. */
class KeyNotDeleted extends Error {
  readonly code: string;

  constructor(code: string, key: string, others: number) {
    super(`'${key}'${others > 0 ? ` and ${others} more` : ''}`);
    this.code = code;
  }
}

/** Deletes objects, 1,000 at a time. @throws what the SDK throws; the first key's error when some were refused. */
export async function deleteObjects(
  client: S3Client,
  bucket: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const [only] = keys;
  if (only === undefined) return;
  // One alone needs no permission to delete many, and no check sum.
  const inXml = keys.length === 1 ? [] : keys.filter((key) => !UNFIT_FOR_XML.test(key));
  const alone = keys.length === 1 ? [only] : keys.filter((key) => UNFIT_FOR_XML.test(key));
  const requests = [
    ...batches(inXml).map((batch) => () => deleteBatch(client, bucket, batch, signal)),
    ...alone.map((key) => () => deleteOne(client, bucket, key, signal)),
  ];
  await forEachAtOnce(requests, REQUESTS_AT_ONCE, (request) => request());
}

/** Characters that XML 1.0 cannot hold, in whatever form; such a key can be part of a path only. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is them that are looked for
const UNFIT_FOR_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

async function deleteBatch(
  client: S3Client,
  bucket: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { Errors = [] } = await client.send(
    new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
    { abortSignal: signal },
  );
  const refused = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
  const [first] = refused;
  if (first !== undefined) throw new KeyNotDeleted(first.Code ?? 'Error', first.Key ?? '', refused.length - 1);
}

async function deleteOne(client: S3Client, bucket: string, key: string, signal: AbortSignal): Promise<void> {
  try {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
  } catch (error) {
    const failure = failureOf(error);
    if (!isMissing(failure) || failure.code === 'NoSuchBucket') throw error;
  }
}

function batches(keys: readonly string[]): (readonly string[])[] {
  return Array.from({ length: Math.ceil(keys.length / KEYS_AT_ONCE) }, (_, i) =>
    keys.slice(i * KEYS_AT_ONCE, (i + 1) * KEYS_AT_ONCE),
  );
}
