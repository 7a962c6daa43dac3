export { computeCases } from './compute/compute-cases.ts';
export {
  type CaseExecutorOptions,
  type ComputeHarness,
  type ComputeSubject,
  createComputeHarness,
} from './compute/compute-harness.ts';
export {
  type CaseSelection,
  type ConformanceCase,
  groupOf,
  type KnownGaps,
  runCase,
  type SkippedCase,
  selectCases,
} from './conformance-case.ts';
export {
  type CaseOutcome,
  type CaseReport,
  type ConformanceReport,
  ConformanceRun,
  type ConformanceSubject,
} from './conformance-run.ts';
export { eventually, rejection, within } from './eventually.ts';
export { type DetachedComputeConfig, detachedCompute } from './reference/detached-backend.ts';
export { folderStorage } from './reference/folder-storage.ts';
export { type MemoryStorageConfig, memoryStorage } from './reference/memory-storage.ts';
export {
  type FaultCounts,
  type FaultyStoragePlugin,
  faultyStorage,
  type StorageFaults,
} from './storage/faulty-storage.ts';
export type { StorageCase } from './storage/storage-case.ts';
export { storageCases } from './storage/storage-cases.ts';
export { createStorageHarness, type StorageHarness, type StorageSubject } from './storage/storage-harness.ts';
