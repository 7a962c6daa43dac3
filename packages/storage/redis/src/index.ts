import type {} from '@lithops/core';
import { defineStoragePlugin, type StoragePlugin } from '@lithops/core/plugin';
import { type RedisConfig, redisConfig } from './config.ts';

export type { RedisConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    redis: RedisConfig;
  }
}

/** Storage plugin `redis`: objects in a Redis server. */
const redis: StoragePlugin<RedisConfig> = defineStoragePlugin({
  api: 1,
  name: 'redis',
  config: redisConfig,
  capabilities: () => ({ conditionalPut: true, presign: false, maxObjectBytes: Number.POSITIVE_INFINITY }),
  defaultBucket: bucketOf,
  create: async (config, context) => {
    const { RedisStorage } = await import('./redis-storage.ts');
    return RedisStorage.open(config, bucketOf(config), context.signal);
  },
});

export default redis;

function bucketOf(config: RedisConfig): string {
  return config.storageBucket ?? 'storage';
}
