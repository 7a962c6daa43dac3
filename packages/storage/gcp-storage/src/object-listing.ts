import type { Bucket } from '@google-cloud/storage';
import { unlessAborted } from '@lithops/core/plugin';

const PAGE = 1000;

/** What is asked of each object in a listing. */
export interface ListedObject {
  readonly name: string;
  readonly size: string;
  readonly updated: string;
}

/** Objects whose name begins with a prefix, a page at a time, in the order of the bytes of their names. */
export async function* objectsOf(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<ListedObject, void, void> {
  const fields = 'items(name,size,updated),nextPageToken';
  for (let query: object | null = { prefix, maxResults: PAGE, autoPaginate: false, fields }; query !== null; ) {
    const [page, next]: unknown[] = await unlessAborted(bucket.getFiles(query), signal);
    yield* page as ListedObject[]; // with `fields` the client gives the service's answer as it is
    query = typeof next === 'object' ? next : null;
  }
}
