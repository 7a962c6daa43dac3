export { type AutomaticBucket, bucketNameOf } from './automatic-bucket.ts';
export { bucketField } from './bucket-field.ts';
export { defineKeyedPlugin, type KeyedServer } from './keyed-plugin.ts';
export type { KeyedSection } from './keyed-section.ts';
export { MAX_OBJECT_BYTES } from './part-size.ts';
export type { S3Service } from './s3-service.ts';
