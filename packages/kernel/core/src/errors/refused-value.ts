import { SerializationError } from './serialization-error.ts';

/**
 * What the encoder of values or the capture of functions refused, as an error of ours; any other error as it is.
 * @param where Goes before the path, as in `item 3: `.
 */
export function toSerializationError(error: unknown, where = ''): unknown {
  if (!(error instanceof Error)) return error;
  const { path, reason, hint } = error as Error & Partial<Record<'path' | 'reason' | 'hint', unknown>>; // each is looked at
  if (typeof path !== 'string' || typeof reason !== 'string') return error;
  // Their own messages hold the hint; the message of ours gets it by itself.
  return new SerializationError(`${where}${path}: ${reason}`, {
    path,
    ...(typeof hint === 'string' && { hint }),
    cause: error,
  });
}
