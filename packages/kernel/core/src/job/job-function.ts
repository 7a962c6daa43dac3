import type { ShippedModule } from '@lithops/worker';
import type { ValueTable } from '@lithops/worker/values';

/** The function of a job, from where its calls are invoked: the user's own, or only its module, found in storage. */
export interface JobFunction {
  readonly name: string;
  /** What its values refer to. */
  readonly table: ValueTable;
  /** Typical time of a call in ms, as far as it is known. */
  typicalDuration: number | undefined;
  /** A primitive stays as it is, anything else is encoded now. @throws SerializationError */
  encodeItem(item: unknown, index: number): unknown;
  /** Its module, when that is built and contains all that items refer to; otherwise it is being built. */
  module(): ShippedModule | Promise<ShippedModule>;
  /** Points the frames of a stack at the user's own files. */
  mapStack(stack: string): string;
}
