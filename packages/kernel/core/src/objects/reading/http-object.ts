import { httpGet, statusError } from './http-request.ts';

/** What a server tells of an object. */
export interface HttpObject {
  /** Absent where the server does not tell. */
  readonly size?: number;
  /** Whether parts of it can be asked for. */
  readonly ranges: boolean;
  readonly etag?: string;
  /** ms since the epoch. */
  readonly lastModified?: number;
}

/** Asks for the first byte: what comes shows what the server can do, also where it allows no HEAD. @throws StorageError */
export async function probeUrl(url: string, signal: AbortSignal | undefined): Promise<HttpObject> {
  const response = await httpGet(url, { range: 'bytes=0-0' }, signal);
  const { status, headers } = response;
  await response.body?.cancel();
  const etag = entityTag(headers);
  const lastModified = Date.parse(headers.get('last-modified') ?? '');
  const version = {
    ...(etag !== undefined && { etag }),
    ...(Number.isFinite(lastModified) && { lastModified }),
  };
  // What is stored compressed is read decompressed, so its size and ranges are not those of what is read.
  const encoded = (headers.get('content-encoding') ?? 'identity') !== 'identity';
  if (status === 206 && !encoded) {
    const size = contentRange(headers)?.size;
    return { ranges: size !== undefined, ...(size !== undefined && { size }), ...version };
  }
  // No first byte: it is empty.
  if (status === 416 && /^bytes \*\/0$/.test(headers.get('content-range') ?? ''))
    return { ranges: false, size: 0, ...version };
  if (status === 206) return { ranges: false, ...version };
  if (status !== 200) throw statusError(url, status);
  const length = headers.get('content-length');
  return { ranges: false, ...(length !== null && !encoded && { size: Number(length) }), ...version };
}

/** From `bytes 0-99/1000`; undefined when there is none, the size where it is `*`. */
export function contentRange(
  headers: Headers,
): { readonly start: number; readonly size: number | undefined } | undefined {
  const [, start, size] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  if (start === undefined) return undefined;
  return { start: Number(start), size: size === '*' || size === undefined ? undefined : Number(size) };
}

export function entityTag(headers: Headers): string | undefined {
  return headers.get('etag') ?? undefined;
}
