import type {} from '@lithops/core';
import { defineStoragePlugin, type PluginReference, type StoragePlugin } from '@lithops/core/plugin';
import { MAX_OBJECT_BYTES } from '@lithops/kit-s3';
import { type AwsS3Config, awsS3Config } from './config.ts';

export type { AwsS3Config } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    aws_s3: AwsS3Config;
  }
}

/** Storage plugin `aws_s3`: Amazon S3. */
const plugin: StoragePlugin<AwsS3Config> = defineStoragePlugin({
  api: 1,
  name: 'aws_s3',
  config: awsS3Config,
  capabilities: ({ conditionalPut = true }) => ({ conditionalPut, presign: true, maxObjectBytes: MAX_OBJECT_BYTES }),
  defaultBucket: async (config) =>
    config.storageBucket ?? (await (await import('./automatic-bucket.ts')).automaticBucket(config)).name,
  create: async (config, context) => (await import('./aws-s3-storage.ts')).openAwsS3(config, context),
});

export default plugin;

/** The storage with its configuration: `storage: awsS3({ region: 'eu-west-1' })`. */
export function awsS3(config: AwsS3Config = {}): PluginReference {
  return { plugin, config };
}
