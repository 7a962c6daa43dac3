export type * from './capabilities.ts';
export type * from './compute-plugin.ts';
export type * from './config-schema.ts';
export type * from './runtime.ts';
export type * from './storage-plugin.ts';
