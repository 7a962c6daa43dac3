/** Bytes of a chunk: a little less than 1 MiB, so that with the server's own header it fits into 1 MiB of its memory. */
export const CHUNK_BYTES: number = 1024 * 1024 - 64;

/** How long the chunks of an unfinished upload stay when nobody keeps them, in ms. */
export const UPLOAD_MS: number = 10 * 60_000;

/** How long the chunks of a replaced object are kept for a reader that is silent, in ms. */
export const LEASE_MS: number = 5 * 60_000;
