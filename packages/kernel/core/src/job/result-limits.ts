/** What decides how large a result may be that is told in an event. */
export interface InlineCircumstances {
  /** Largest event that the backend carries. */
  readonly maxResultBytes: number;
  /** Whether the results are inputs of later calls. */
  readonly feedsCalls: boolean;
  /** Whether the results are recorded in storage in any case. */
  readonly durable: boolean;
  /** Bytes of results that the client has been given. */
  readonly heldBytes: number;
}

/** Results on their way to other calls pass through the client up to this size. */
const FORWARDED_BYTES = 256 * 1024;
/** Whoever goes on with a durable job holds the results that are in its records. */
const RECORDED_BYTES = 64 * 1024;
/** Once the client holds so many bytes of them, only up to the smaller one. */
const MOST_FORWARDED_BYTES = 32 * 1024 * 1024;
const SMALL_FORWARDED_BYTES = 4 * 1024;

/** The largest result, in encoded bytes, that comes to the client by itself; larger ones are put into storage. Infinity: all do. */
export function inlineLimit({ maxResultBytes, feedsCalls, durable, heldBytes }: InlineCircumstances): number {
  // Beside the value an event has a head, and other results.
  const carried = maxResultBytes === Number.POSITIVE_INFINITY ? maxResultBytes : Math.floor(maxResultBytes / 2);
  if (durable) return Math.min(carried, heldBytes > MOST_FORWARDED_BYTES ? SMALL_FORWARDED_BYTES : RECORDED_BYTES);
  if (!feedsCalls) return carried;
  return Math.min(carried, heldBytes > MOST_FORWARDED_BYTES ? SMALL_FORWARDED_BYTES : FORWARDED_BYTES);
}
