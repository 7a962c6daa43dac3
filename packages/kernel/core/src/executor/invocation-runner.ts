import { InvocationError } from '../errors/invocation-error.ts';
import type { InvocationRunner } from '../invocation/invoker.ts';
import type { ComputeBackend } from '../plugin/compute-plugin.ts';

/** A backend whose runs give their events themselves. */
export function directRunner(backend: ComputeBackend): InvocationRunner {
  return {
    invoke: (invocation, options) => {
      const run = backend.invoke(invocation, options);
      if (!(run instanceof Promise)) return run;
      throw new InvocationError(
        "the backend answers that it has accepted the work, which only one with `delivery: 'storage'` in its capabilities may",
      );
    },
  };
}
