import type {} from '@lithops/core';
import type { PluginReference, StoragePlugin } from '@lithops/core/plugin';
import { defineKeyedPlugin, type KeyedSection } from '@lithops/kit-s3';

/** Section `minio` of a configuration. */
export interface MinioConfig extends KeyedSection {}

declare module '@lithops/core' {
  interface BackendConfigs {
    minio: MinioConfig;
  }
}

/** Storage plugin `minio`: a MinIO server. */
const plugin: StoragePlugin<MinioConfig> = defineKeyedPlugin({
  name: 'minio',
  title: 'MinIO',
  conditionalPut: true,
});

export default plugin;

/** The storage with its configuration: `storage: minio({ endpoint, accessKeyId, secretAccessKey })`. */
export function minio(config: MinioConfig): PluginReference {
  return { plugin, config };
}
