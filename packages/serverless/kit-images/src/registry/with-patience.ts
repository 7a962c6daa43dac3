import { setTimeout as delay } from 'node:timers/promises';
import { RegistryFailure } from './registry-failure.ts';
import { RegistryRefusal } from './registry-refusal.ts';

const ATTEMPTS = 4;
const FIRST_WAIT_MS = 500;
/** No waiting makes these better. */
const FINAL = ['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EPROTO'];

/** Does something up to four times, when it fails by what may pass: a broken connection, a registry that has too much to do. */
export async function withPatience<Value>(act: () => Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await act();
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt === ATTEMPTS || !mayPass(error)) throw error;
    }
    await delay(FIRST_WAIT_MS * 2 ** (attempt - 1), undefined, signal === undefined ? {} : { signal });
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof RegistryFailure) return mayPass(error.cause);
  if (error instanceof RegistryRefusal)
    return error.status === 429 || (error.status >= 500 && error.status !== 501) || error.codes.some(isBrokenUpload);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(?:E[A-Z]+|UND_ERR_[A-Z_]+)$/.test(code) && !FINAL.includes(code) && !code.startsWith('UND_ERR_INVALID');
}

function isBrokenUpload(code: string): boolean {
  return code === 'BLOB_UPLOAD_UNKNOWN' || code === 'BLOB_UPLOAD_INVALID';
}
