export type { CallEvent, CallTimes, Invocation, ShippedModule } from '@lithops/worker';
export * from '../errors/index.ts';
export { bodyChunks } from './body-chunks.ts';
export type * from './capabilities.ts';
export type * from './completion-channel.ts';
export type * from './compute-plugin.ts';
export type * from './config-schema.ts';
export {
  defineComputePlugin,
  defineMonitoringPlugin,
  defineStoragePlugin,
  isPlugin,
  type Plugin,
  SUPPORTED_PLUGIN_APIS,
} from './define-plugin.ts';
export { type ImageReference, isImageName, parseImageReference } from './image-reference.ts';
export type * from './job-catalog.ts';
export type * from './log-source.ts';
export type * from './machine-image.ts';
export type * from './monitoring-plugin.ts';
export type * from './notice-board.ts';
export type * from './plugin-reference.ts';
export type * from './price-model.ts';
export type * from './remote-shell.ts';
export type * from './runtime.ts';
export { addressField, countField, type FieldCheck, flagField, sectionSchema, textField } from './section-schema.ts';
export type * from './storage-plugin.ts';
export { unlessAborted } from './unless-aborted.ts';
export type * from './worker-catalog.ts';
export { lambdaHandlerCode, workerCode } from './worker-code.ts';
