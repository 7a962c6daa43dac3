import { sshKeyPair } from '@lithops/standalone';
import { afterAll, describe, it } from 'vitest';
import { type KnownGaps, runCase, selectCases } from '../conformance-case.ts';
import { timeoutScale } from '../eventually.ts';
import { vmCases } from './vm-cases.ts';
import { createVmHarness, type VmSubject } from './vm-harness.ts';

export { type VmCase, vmCases } from './vm-cases.ts';
export {
  createVmHarness,
  type ReachedVm,
  type VmHarness,
  type VmHarnessParts,
  type VmKeyPair,
  type VmProviderAbilities,
  type VmSubject,
} from './vm-harness.ts';

const CASE_STARTS = 4;

/**
 * Registers the suite for providers of virtual machines with vitest. It makes machines, and deletes them.
 * @throws Error when no case is selected, or a known gap names none
 */
export async function testVmProvider(subject: VmSubject, knownGaps: KnownGaps = {}): Promise<void> {
  const provider = await subject.openProvider();
  const abilities = { images: provider.images !== undefined };
  await provider[Symbol.asyncDispose]();
  const harness = createVmHarness({ subject, login: sshKeyPair('suite'), host: sshKeyPair('suite'), abilities });
  const { selected, skipped } = selectCases(vmCases, abilities, knownGaps);
  describe(`provider of virtual machines ${subject.name}`, () => {
    for (const entry of selected)
      it(`${entry.id}: ${entry.title}`, { timeout: CASE_STARTS * harness.startMs * timeoutScale }, () =>
        runCase(entry, harness, knownGaps),
      );
    afterAll(() => {
      for (const { case: left, reason } of skipped) console.log(`skipped ${left.id}: ${reason}`);
    });
  });
}
