import type { Invocation } from '../invocation.ts';
import { encodePieces, encodeValue, TableUse, type ValueTable } from '../values/index.ts';
import { jobStoreOf } from './job-store.ts';

/** A result in pieces, or where it was put because it is large. */
export type EncodedResult =
  | { readonly pieces: readonly Uint8Array[] }
  | { readonly key: string; readonly bytes: number; readonly selfContained: boolean };

/** Reading or writing what is in storage failed, through no fault of the user's function. */
export class TaskStorageFailure extends Error {
  static {
    Object.defineProperty(TaskStorageFailure.prototype, 'name', { value: 'StorageError', configurable: true });
  }
}

/** Whether a result may be too large to be told. */
export function mayBeStored(value: unknown, { results }: Invocation): boolean {
  if (results === undefined) return false;
  return typeof value === 'string' ? value.length > results.inlineBytes : typeof value === 'object' && value !== null;
}

/** Encodes a result, and writes a large one to storage. @throws ValueEncodingError, TaskStorageFailure */
export async function encodeResult(
  value: unknown,
  call: number,
  table: ValueTable,
  { results, task }: Invocation,
): Promise<EncodedResult> {
  const use = new TableUse(table);
  const pieces = typeof value === 'object' ? encodePieces(value, use) : [encodeValue(value, use)];
  let bytes = 0;
  for (const piece of pieces) bytes += piece.byteLength;
  if (results === undefined || bytes <= results.inlineBytes) return { pieces };
  // A name of its own: another attempt must not write over what this one has told of.
  const key = `${results.prefix}/${String(call).padStart(5, '0')}/result-${crypto.randomUUID()}`;
  const [whole = new Uint8Array(0), ...more] = pieces;
  await orStorageFailure('write its result', () =>
    jobStoreOf(task).put(key, more.length === 0 ? whole : Buffer.concat(pieces)),
  );
  return { key, bytes, selfContained: !use.used };
}

/** Runs something with the storage. @throws TaskStorageFailure */
export async function orStorageFailure<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    throw new TaskStorageFailure(`could not ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
