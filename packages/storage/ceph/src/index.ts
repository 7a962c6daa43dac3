import type {} from '@lithops/core';
import type { PluginReference, StoragePlugin } from '@lithops/core/plugin';
import { defineKeyedPlugin, type KeyedSection } from '@lithops/kit-s3';

/** Section `ceph` of a configuration. */
export interface CephConfig extends KeyedSection {}

declare module '@lithops/core' {
  interface BackendConfigs {
    ceph: CephConfig;
  }
}

/** Storage plugin `ceph`: the object gateway of Ceph. */
const plugin: StoragePlugin<CephConfig> = defineKeyedPlugin({
  name: 'ceph',
  title: 'Ceph',
  // Releases differ; those that overlook the condition overwrite what is there without a word.
  conditionalPut: false,
});

export default plugin;

/** The storage with its configuration: `storage: ceph({ endpoint, accessKeyId, secretAccessKey })`. */
export function ceph(config: CephConfig): PluginReference {
  return { plugin, config };
}
