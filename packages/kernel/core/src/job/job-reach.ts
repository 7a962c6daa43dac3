import type { ShippedModule, TaskSetup } from '@lithops/worker';
import type { PackageLinking } from './job-function.ts';

/** What tasks find where they run, and what is sent along. */
export interface JobReach {
  readonly setup: TaskSetup | undefined;
  /** Known once the backend is. */
  readonly linking: PackageLinking | Promise<PackageLinking>;
  /** Whether tasks can open the executor's storage. */
  readonly hasStorage: boolean;
  /** Undefined when nothing has to be waited for before the module is sent. */
  prepare(module: ShippedModule, passContext: boolean): Promise<void> | undefined;
}
