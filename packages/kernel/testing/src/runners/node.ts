import { describe, it } from 'node:test';
import type { ComputeCapabilities, StorageCapabilities } from '@lithops/core/plugin';
import { computeCases } from '../compute/compute-cases.ts';
import type { ComputeHarness } from '../compute/compute-harness.ts';
import { type KnownGaps, runCase, selectCases } from '../conformance-case.ts';
import { timeoutScale } from '../eventually.ts';
import { storageCases } from '../storage/storage-cases.ts';
import type { StorageHarness } from '../storage/storage-harness.ts';

/** Registers the compute suite with Node's own test runner. */
export function testComputePlugin(name: string, harness: ComputeHarness, knownGaps?: KnownGaps): void {
  register(
    `compute plugin ${name}`,
    selectCases<ComputeHarness, ComputeCapabilities>(computeCases, harness.capabilities, knownGaps),
    harness,
    knownGaps,
  );
}

/** Registers the storage suite with Node's own test runner. */
export function testStoragePlugin(name: string, harness: StorageHarness, knownGaps?: KnownGaps): void {
  register(
    `storage plugin ${name}`,
    selectCases<StorageHarness, StorageCapabilities>(storageCases, harness.capabilities, knownGaps),
    harness,
    knownGaps,
  );
}

function register<Harness>(
  title: string,
  { selected, left }: ReturnType<typeof selectCases<Harness, never>>,
  harness: Harness,
  knownGaps: KnownGaps | undefined,
): void {
  for (const { id, reason } of left) console.log(`${title}: ${id} is not run: ${reason}`);
  void describe(title, () => {
    for (const entry of selected)
      void it(`${entry.id}: ${entry.title}`, { timeout: 60_000 * timeoutScale }, () =>
        runCase(entry, harness, knownGaps),
      );
  });
}
