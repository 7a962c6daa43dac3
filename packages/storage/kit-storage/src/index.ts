export { bodyParts, letGo } from './body-parts.ts';
export { assertKey, clipRange } from './contract.ts';
export { DefaultBucket } from './default-bucket.ts';
export { forEachAtOnce } from './for-each-at-once.ts';
export { type EscapeRules, KeyNames, type NamedEntry } from './key-names.ts';
export { leanCause } from './lean-cause.ts';
export { objectStream } from './object-stream.ts';
export { type ResumableObject, resumedBytes } from './resumed-bytes.ts';
export { compareUtf8, inUtf8Order } from './utf8-order.ts';
