import type { FieldCheck } from '@lithops/core/plugin';

/** What Amazon asks of names of buckets, and most others with it. */
export const bucketField: FieldCheck = (value) =>
  typeof value === 'string' && /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) && !value.includes('..')
    ? undefined
    : 'the name of a bucket is expected: 3 to 63 lower-case letters, digits, dots and hyphens';
