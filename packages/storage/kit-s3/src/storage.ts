export { type S3Request, toStorageError } from './s3-errors.ts';
export { S3Storage, type S3StorageOptions } from './s3-storage.ts';
