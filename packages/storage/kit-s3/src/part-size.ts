/** Memory of an upload is this times {@link PARTS_AT_ONCE}, and a little more. */
export const PART_BYTES: number = 8 * 1024 * 1024;
export const PARTS_AT_ONCE = 4;

/** S3 takes 10,000 parts, and the length of a stream is not known when the first is sent. */
export const MAX_OBJECT_BYTES: number = 10_000 * PART_BYTES;
