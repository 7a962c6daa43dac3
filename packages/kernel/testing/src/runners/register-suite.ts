import type { ComputeCapabilities, StorageCapabilities } from '@lithops/core/plugin';
import { computeCases } from '../compute/compute-cases.ts';
import { type ComputeHarness, type ComputeSubject, createComputeHarness } from '../compute/compute-harness.ts';
import { casesNamed, type KnownGaps } from '../conformance-case.ts';
import { ConformanceRun } from '../conformance-run.ts';
import { timeoutScale } from '../eventually.ts';
import { storageCases } from '../storage/storage-cases.ts';
import { createStorageHarness, type StorageHarness, type StorageSubject } from '../storage/storage-harness.ts';

/** What a suite needs of a test runner. */
export interface TestRunner {
  describe(title: string, body: () => void): void;
  it(title: string, timeoutMs: number, body: () => Promise<void>): void;
  after(body: () => void): void;
}

const CASE_TIMEOUT_MS = 120_000;

export function registerComputeSuite(runner: TestRunner, subject: ComputeSubject, knownGaps: KnownGaps = {}): void {
  const harness = createComputeHarness(subject);
  const { only } = subject;
  const run = new ConformanceRun<ComputeHarness, ComputeCapabilities>({
    kind: 'compute',
    plugin: subject.plugin.name,
    cases: only === undefined ? computeCases : casesNamed(computeCases, only),
    harness,
    knownGaps,
  });
  registerRun(runner, run);
}

export function registerStorageSuite(runner: TestRunner, subject: StorageSubject, knownGaps: KnownGaps = {}): void {
  const harness = createStorageHarness(subject);
  const run = new ConformanceRun<StorageHarness, StorageCapabilities>({
    kind: 'storage',
    plugin: subject.plugin.name,
    cases: storageCases,
    harness,
    knownGaps,
  });
  registerRun(runner, run);
}

function registerRun<Harness, Capabilities extends object>(
  runner: TestRunner,
  run: ConformanceRun<Harness, Capabilities>,
): void {
  runner.describe(run.title, () => {
    for (const entry of run.selected) {
      runner.it(`${entry.id}: ${entry.title}`, CASE_TIMEOUT_MS * timeoutScale, () => run.run(entry));
    }
    runner.after(() => console.log(run.finish()));
  });
}
