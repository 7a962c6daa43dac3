import type {} from '@lithops/core';
import { defineStoragePlugin, type PluginReference, type StoragePlugin } from '@lithops/core/plugin';
import { MAX_OBJECT_BYTES } from '@lithops/kit-s3';
import { type IbmCosConfig, ibmCosConfig } from './config.ts';
import { defaultBucket } from './default-bucket.ts';

export type { IbmCosConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    ibm_cos: IbmCosConfig;
  }
}

/** Storage plugin `ibm_cos`: IBM Cloud Object Storage. */
const plugin: StoragePlugin<IbmCosConfig> = defineStoragePlugin({
  api: 1,
  name: 'ibm_cos',
  config: ibmCosConfig,
  capabilities: ({ accessKeyId, conditionalPut = false }) => ({
    conditionalPut,
    // A token cannot be part of an address.
    presign: accessKeyId !== undefined,
    maxObjectBytes: MAX_OBJECT_BYTES,
  }),
  defaultBucket,
  create: async (config, context) => (await import('./ibm-cos-storage.ts')).openIbmCos(config, context),
});

export default plugin;

/** The storage with its configuration: `storage: ibmCos({ region: 'us-south', apiKey, serviceInstanceId })`. */
export function ibmCos(config: IbmCosConfig): PluginReference {
  return { plugin, config };
}
