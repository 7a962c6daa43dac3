import { resolve } from 'node:path';
import { defineStoragePlugin, type StoragePlugin } from '@lithops/core/plugin';
import { type LocalhostConfig, localhostStorageConfig } from '../config.ts';
import { LocalhostStorage } from './localhost-storage.ts';
import { defaultStorageRoot } from './storage-root.ts';

/** Storage plugin `localhost`: files on this machine. */
export const storage: StoragePlugin<LocalhostConfig> = defineStoragePlugin({
  api: 1,
  name: 'localhost',
  config: localhostStorageConfig,
  capabilities: () => ({ conditionalPut: true, presign: false, maxObjectBytes: Number.POSITIVE_INFINITY }),
  defaultBucket,
  folders: (config) => {
    const storageRoot = resolve(config.storageRoot ?? defaultStorageRoot());
    return { paths: [storageRoot], section: { storageRoot, storageBucket: defaultBucket(config) } };
  },
  create: async (config, { logger }) => {
    const opened = await LocalhostStorage.open(resolve(config.storageRoot ?? defaultStorageRoot()), logger);
    await opened.createBucket(defaultBucket(config));
    return opened;
  },
});

function defaultBucket(config: LocalhostConfig): string {
  return config.storageBucket ?? 'storage';
}
