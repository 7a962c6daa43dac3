export type { CallEvent, CallTimes, Invocation, ShippedModule } from '@lithops/worker';
export * from '../errors/index.ts';
export type * from './capabilities.ts';
export type * from './compute-plugin.ts';
export type * from './config-schema.ts';
export { defineComputePlugin, defineStoragePlugin, isPlugin, SUPPORTED_PLUGIN_APIS } from './define-plugin.ts';
export type * from './plugin-reference.ts';
export type * from './runtime.ts';
export type * from './storage-plugin.ts';
