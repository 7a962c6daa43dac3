import type { StorageReferences } from '../delivery/storage-references.ts';
import { InvocationError } from '../errors/invocation-error.ts';
import type { InvocationRunner } from '../invocation/invoker.ts';
import type { ComputeBackend } from '../plugin/compute-plugin.ts';

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
        "the backend answers that it has accepted the work, which only one with `delivery: 'storage'` in its capabilities may",
      );
    },
  };
}
