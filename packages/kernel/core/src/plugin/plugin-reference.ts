import type { ComputePlugin } from './compute-plugin.ts';
import type { StoragePlugin } from './storage-plugin.ts';

/** A plugin with its configuration: what a plugin's factory returns, for `backend: awsLambda({ region })`. */
export interface PluginReference {
  readonly plugin: ComputePlugin | StoragePlugin;
  readonly config?: unknown;
}
