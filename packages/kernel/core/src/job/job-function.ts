import type { ShippedModule } from '@lithops/worker';
import type { ValueTable } from '@lithops/worker/values';

/** How a function reaches the packages that it imports, where it runs. */
export interface PackageLinking {
  readonly linkPackages: 'resolve' | 'bundle';
  /** Packages that are installed there. */
  readonly externals: readonly string[];
}

/** The function of a job, from where its calls are invoked: the user's own, or only its module, found in storage. */
export interface JobFunction {
  readonly name: string;
  /** What its values refer to. */
  readonly table: ValueTable;
  /** Typical time of a call in ms, as far as it is known. */
  typicalDuration: number | undefined;
  /** A primitive stays as it is, anything else is encoded now. @throws SerializationError */
  encodeItem(item: unknown, index: number): unknown;
  /** Its module, when that is built and contains all that items refer to; otherwise it is being built. The linking is the same each time. */
  module(linking: PackageLinking): ShippedModule | Promise<ShippedModule>;
  /** Points the frames of a stack at the user's own files. */
  mapStack(stack: string): string;
}
