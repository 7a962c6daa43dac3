import { createHash } from 'node:crypto';
import { InvocationError, lambdaHandlerCode, type PluginContext, workerCode } from '@lithops/core/plugin';
import { type Zippable, zipSync } from 'fflate';
import { LIMITS } from '../limits.ts';

/** What a function is deployed with. */
export interface FunctionCode {
  readonly zip: Uint8Array;
  /** Its SHA-256 in base64, as Lambda tells it. */
  readonly sha256: string;
}

/** The files of a function; whatever the platform, its entry point is `handler` of `handler.mjs`. */
export const HANDLER = 'handler.handler';

/** Made once a process for each storage: it takes a bundler. */
const codes = new Map<string, FunctionCode>();

/**
 * The worker, its handler, and what opens the executor's storage: the same files give the same bytes, everywhere.
 * @throws what keeps the storage from being bundled; InvocationError when Lambda would not take it
 */
export async function functionCode({ storageCode }: Pick<PluginContext, 'storageCode'>): Promise<FunctionCode> {
  const [worker, handler, storage] = await Promise.all([workerCode(), lambdaHandlerCode(), storageCode?.()]);
  const files = {
    'handler.mjs': handler,
    'worker.mjs': worker,
    ...(storage !== undefined && { 'storage.cjs': storage }),
  };
  const key = createHash('sha256').update(JSON.stringify(files)).digest('hex');
  const known = codes.get(key);
  if (known !== undefined) return known;
  const code = zipped(files);
  codes.set(key, code);
  return code;
}

/** A zip of text files, with the same bytes whenever and wherever it is made. @throws InvocationError */
export function zipped(
  files: Readonly<Record<string, string>>,
  { zipBytes, unzippedBytes }: Pick<typeof LIMITS, 'zipBytes' | 'unzippedBytes'> = LIMITS,
): FunctionCode {
  const entries: Zippable = {};
  let bytes = 0;
  for (const [name, text] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const content = Buffer.from(text);
    bytes += content.byteLength;
    entries[name] = [content, { level: 6, mtime: LONG_AGO, os: UNIX, attrs: READABLE << 16 }];
  }
  const zip = zipSync(entries);
  if (zip.byteLength > zipBytes || bytes > unzippedBytes)
    throw new InvocationError(
      `the code of the function is ${bytes} bytes, ${zip.byteLength} as a zip; Lambda takes ${unzippedBytes} and ${zipBytes}`,
      { hint: 'the storage plugin brings too much along; name another storage' },
    );
  return { zip, sha256: createHash('sha256').update(zip).digest('base64') };
}

/** Zips tell local time without a zone: these are the first they can tell, everywhere. */
const LONG_AGO = new Date(1980, 0, 1);
const UNIX = 3;
const READABLE = 0o100644;
