import type { Invocation } from '@lithops/worker';
import type { InvocationRun, InvokeOptions } from '../plugin/compute-plugin.ts';
import type { DeliveryWay } from './detached-jobs.ts';

/** Where invocations are run; see `ComputeBackend.invoke`. */
export interface InvocationRunner {
  invoke(invocation: Invocation, options: InvokeOptions, way: DeliveryWay): InvocationRun;
}
