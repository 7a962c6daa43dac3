import type {} from '@lithops/core';
import { defineStoragePlugin, type StoragePlugin } from '@lithops/core/plugin';
import { accountOf, canSign, containerOf } from './account.ts';
import { type AzureStorageConfig, azureStorageConfig } from './config.ts';
import { LARGEST_BLOB } from './limits.ts';

export type { AzureStorageConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    azure_storage: AzureStorageConfig;
  }
}

/** Storage plugin `azure_storage`: block blobs in containers of an Azure storage account. */
const azureStorage: StoragePlugin<AzureStorageConfig> = defineStoragePlugin({
  api: 1,
  name: 'azure_storage',
  config: azureStorageConfig,
  capabilities: (config) => ({
    conditionalPut: true,
    presign: canSign(accountOf(config)),
    maxObjectBytes: LARGEST_BLOB,
  }),
  defaultBucket: containerOf,
  create: async (config) => {
    const [{ AzureStorage }, { openService }] = await Promise.all([
      import('./azure-storage.ts'),
      import('./open-service.ts'),
    ]);
    const account = accountOf(config);
    return new AzureStorage(await openService(account), account, containerOf(config));
  },
});

export default azureStorage;
