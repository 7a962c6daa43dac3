import { after, describe, it } from 'node:test';
import type { ComputeSubject } from '../compute/compute-harness.ts';
import type { KnownGaps } from '../conformance-case.ts';
import type { StorageSubject } from '../storage/storage-harness.ts';
import { registerComputeSuite, registerStorageSuite, type TestRunner } from './register-suite.ts';

const runner: TestRunner = {
  describe: (title, body) => void describe(title, body),
  it: (title, timeout, body) => void it(title, { timeout }, body),
  after: (body) => after(body),
};

/** Registers the compute suite with Node's own test runner. @throws Error when no case is selected, or a known gap names none. */
export function testComputePlugin(subject: ComputeSubject, knownGaps?: KnownGaps): void {
  registerComputeSuite(runner, subject, knownGaps);
}

/** Registers the storage suite with Node's own test runner. @throws Error when no case is selected, or a known gap names none. */
export function testStoragePlugin(subject: StorageSubject, knownGaps?: KnownGaps): void {
  registerStorageSuite(runner, subject, knownGaps);
}
