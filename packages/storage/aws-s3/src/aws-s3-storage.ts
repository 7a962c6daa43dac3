import type { PluginContext } from '@lithops/core/plugin';
import { S3Storage } from '@lithops/kit-s3/storage';
import { automaticBucket } from './automatic-bucket.ts';
import { type AwsS3Config, isForeign } from './config.ts';
import { connectionOf } from './connection.ts';
import { AWS_S3 } from './service.ts';

/** @throws StorageError when no region is to be found. */
export function openAwsS3(config: AwsS3Config, { logger, signal }: PluginContext): Promise<S3Storage> {
  const foreign = isForeign(config);
  const { endpoint, pathStyle = foreign, conditionalPut = true } = config;
  return S3Storage.open({
    ...connectionOf(config),
    ...(endpoint !== undefined && { endpoint }),
    pathStyle,
    checksums: foreign ? 'md5' : 'crc',
    conditionalPut,
    service: AWS_S3,
    ...(config.storageBucket === undefined && { automaticBucket: () => automaticBucket(config) }),
    // What us-east-1 is called here is the absence of a name.
    locationOf: (region) => (region === 'us-east-1' ? undefined : region),
    expiresUploads: !foreign,
    logger,
    signal,
  });
}
