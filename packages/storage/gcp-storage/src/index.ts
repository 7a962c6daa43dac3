import type {} from '@lithops/core';
import { defineStoragePlugin, type StoragePlugin } from '@lithops/core/plugin';
import { type GcpStorageConfig, gcpStorageConfig } from './config.ts';
import { bucketOf } from './default-bucket.ts';

export type { GcpStorageConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    gcp_storage: GcpStorageConfig;
  }
}

/** Largest object, by the service's rules. */
const LARGEST_OBJECT = 5 * 1024 ** 4;

/** Storage plugin `gcp_storage`: objects in buckets of Google Cloud Storage. */
const gcpStorage: StoragePlugin<GcpStorageConfig> = defineStoragePlugin({
  api: 1,
  name: 'gcp_storage',
  config: gcpStorageConfig,
  capabilities: () => ({ conditionalPut: true, presign: true, maxObjectBytes: LARGEST_OBJECT }),
  defaultBucket: bucketOf,
  create: async (config) => {
    const [{ GcpStorage }, { GcpClient }] = await Promise.all([import('./gcp-storage.ts'), import('./gcp-client.ts')]);
    const [client, defaultBucket] = await Promise.all([GcpClient.open(config), bucketOf(config)]);
    return new GcpStorage(client, config.region, defaultBucket);
  },
});

export default gcpStorage;
