import { type ByteRange, type ObjectStream, StorageError } from '@lithops/core/plugin';
import { objectStream, resumedBytes } from '@lithops/kit-storage';
import type { GcpClient, RawAnswer } from './gcp-client.ts';
import { AnswerError, type Attempt, answerError, statusOf, understood } from './gcp-errors.ts';
import { persistently } from './persistently.ts';

/** What is to be read. */
export interface Download {
  readonly bucket: string;
  readonly name: string;
  readonly range: ByteRange | undefined;
  readonly attempt: Attempt;
}

/**
 * Opens an object for reading, in one request. A connection that is lost is made again for the same version.
 * @throws StorageError
 */
export async function openDownload(client: GcpClient, download: Download, signal: AbortSignal): Promise<ObjectStream> {
  const { bucket, range, attempt } = download;
  const [start, last] = range ?? [0, undefined];
  let opened: RawAnswer;
  try {
    opened = await persistently(
      (error) => understood(attempt, error),
      signal,
      () => request(client, download, { from: start, last }, signal),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (statusOf(error) === 416) return nothing();
    throw understood(attempt, error);
  }
  const { headers, body } = opened;
  const generation = headers.get('x-goog-generation') ?? undefined;
  const end = start + Number(headers.get('content-length'));
  const bytes = resumedBytes(
    {
      ...{ name: `${bucket}/${attempt.key ?? ''}`, start, end, opened: body },
      open: async (position) =>
        (await request(client, download, { from: position, last: end - 1, generation }, signal)).body,
      understood: (error) => whileReading(attempt, error),
    },
    signal,
  );
  const size = range === undefined ? end : sizeIn(headers.get('content-range'));
  return objectStream({ size, ...(generation !== undefined && { etag: generation }) }, bytes);
}

async function request(
  client: GcpClient,
  { bucket, name }: Download,
  part: { readonly from: number; readonly last: number | undefined; readonly generation?: string | undefined },
  signal: AbortSignal,
): Promise<RawAnswer> {
  const { from, last, generation } = part;
  const answer = await client.request({
    method: 'GET',
    url: `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`,
    query: { alt: 'media', ...(generation !== undefined && { generation }) },
    headers: from === 0 && last === undefined ? {} : { range: `bytes=${from}-${last ?? ''}` },
    signal,
  });
  if (answer.status === 200 || answer.status === 206) return answer;
  throw await answerError(answer);
}

/** The bytes were asked for by their version: that it is gone means that there is another, or none. */
function whileReading(attempt: Attempt, error: unknown): unknown {
  if (error instanceof AnswerError && error.status === 404)
    return new StorageError(`${attempt.bucket}/${attempt.key ?? ''} cannot be read on`, {
      hint: 'it was replaced or deleted while it was read',
    });
  return understood({ ...attempt, what: `${attempt.what} to its end` }, error);
}

/** `bytes 0-9/1000` tells the size of the whole. */
function sizeIn(contentRange: string | null): number {
  return Number(contentRange?.split('/')[1]);
}

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}
