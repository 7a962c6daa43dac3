import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { defineStoragePlugin, type StoragePlugin } from '@lithops/core/plugin';
import { type LocalhostConfig, localhostConfig } from '../config.ts';
import { LocalhostStorage } from './localhost-storage.ts';

/** Storage plugin `localhost`: files on this machine. */
export const storage: StoragePlugin<LocalhostConfig> = defineStoragePlugin({
  api: 1,
  name: 'localhost',
  config: localhostConfig,
  capabilities: () => ({ conditionalPut: true, presign: false, maxObjectBytes: Number.POSITIVE_INFINITY }),
  defaultBucket: (config) => config.storageBucket ?? 'storage',
  create: async (config) => new LocalhostStorage(config.storageRoot ?? defaultRoot()),
});

function defaultRoot(): string {
  const base = process.env['LITHOPS_TEMP_DIR'] ?? join(tmpdir(), `lithops-${userInfo().username}`);
  return join(base, 'storage');
}
