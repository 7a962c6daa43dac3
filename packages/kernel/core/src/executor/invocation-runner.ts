import type { StorageReferences } from '../delivery/storage-references.ts';
import { InvocationError } from '../errors/invocation-error.ts';
import type { InvocationRunner } from '../invocation/invocation-runner.ts';
import type { ComputeBackend } from '../plugin/compute-plugin.ts';

/**
 * Runs invocations of jobs that are to be detached by the storage, others directly.
 * @param openDetached opens what does the former, when it is first needed
 */
export function choosingRunner(
  direct: InvocationRunner,
  openDetached: () => Promise<InvocationRunner>,
): InvocationRunner {
  async function* detached(...[invocation, options, way]: Parameters<InvocationRunner['invoke']>) {
    yield* (await openDetached()).invoke(invocation, options, way);
  }
  return {
    invoke: (invocation, options, way) =>
      way === 'detached' ? detached(invocation, options, way) : direct.invoke(invocation, options, way),
  };
}

/**
 * A backend whose runs give their events themselves.
 * @param references where its workers find what is too large to be sent
 */
export function directRunner(backend: ComputeBackend, references?: StorageReferences): InvocationRunner {
  return {
    invoke: (invocation, options) => {
      const run = backend.invoke(
        invocation,
        references === undefined ? options : { ...options, byReference: references.of(invocation, options.module) },
      );
      if (!(run instanceof Promise)) return run;
      throw new InvocationError(
        "the backend answers that it has accepted the work, which only one with `delivery: 'storage'` or `detaches` in its capabilities may",
      );
    },
  };
}
