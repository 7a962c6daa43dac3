export { computeCases } from './compute/compute-cases.ts';
export type { ComputeHarness } from './compute/compute-harness.ts';
export { type CaseSelection, type ConformanceCase, type KnownGaps, runCase, selectCases } from './conformance-case.ts';
export { eventually, rejection, within } from './eventually.ts';
export { createMemoryCompute } from './reference/memory-compute.ts';
export { storageCases } from './storage/storage-cases.ts';
export type { StorageHarness } from './storage/storage-harness.ts';
