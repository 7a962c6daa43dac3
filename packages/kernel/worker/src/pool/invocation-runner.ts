import type { CallEvent } from '../call-event.ts';
import type { Invocation, ShippedModule } from '../invocation.ts';

/** Runs invocations in processes of their own: a `ProcessPool`, or what is built on one. Its runs fail with `WorkerDied` only. */
export interface InvocationRunner {
  /** On abort the work is killed, and the events end. */
  run(invocation: Invocation, module: ShippedModule, signal: AbortSignal): AsyncIterable<CallEvent>;
}
