import type {} from '@lithops/core';
import { defineStoragePlugin, type PluginReference, type StoragePlugin } from '@lithops/core/plugin';
import { type AcmeGridConfig, acmeGridConfig } from './config.ts';

export type { AcmeGridConfig } from './config.ts';

// Gives section `acme_grid` its type in defineConfig().
declare module '@lithops/core' {
  interface BackendConfigs {
    acme_grid: AcmeGridConfig;
  }
}

const DEFAULT_BUCKET = 'storage';

const plugin: StoragePlugin<AcmeGridConfig> = defineStoragePlugin<AcmeGridConfig>({
  api: 1,
  name: 'acme_grid',
  // By this file tasks find the storage, however the application has come by it.
  module: import.meta.url,
  config: acmeGridConfig,
  // The conformance suite asks for what is promised here, and for nothing else.
  capabilities: () => ({ conditionalPut: true, presign: false, maxObjectBytes: 64 * 1024 * 1024 }),
  defaultBucket: ({ storageBucket = DEFAULT_BUCKET }) => storageBucket,
  // SDKs are imported here and nowhere else: who does not use the storage does not wait for them.
  create: async ({ name = 'default', storageBucket = DEFAULT_BUCKET }) => {
    const storage = new (await import('./storage.ts')).AcmeGridStorage(name);
    await storage.createBucket(storageBucket);
    return storage;
  },
});

export default plugin;

/** The storage with its configuration: `storage: acmeGrid({ name: 'mine' })`. */
export function acmeGrid(config: AcmeGridConfig = {}): PluginReference {
  return { plugin, config };
}
