/** Bytes of a block of an upload. */
export const BLOCK_BYTES: number = 8 * 1024 * 1024;

/** Blocks of a blob, by the service's rules. */
export const MOST_BLOCKS = 50_000;

export const LARGEST_BLOB: number = BLOCK_BYTES * MOST_BLOCKS;
