import type { ShippedModule } from '@lithops/worker';
import { encodeValue, type ValueTable } from '@lithops/worker/values';
import { EncodedItem } from './encoded-item.ts';
import type { JobFunction } from './job-function.ts';

/**
 * A function of another program, of which there is only the module, for workers. It is never loaded here: results that
 * are instances of its classes are decoded without them.
 */
export class StoredFunction implements JobFunction {
  readonly name: string;
  readonly table: ValueTable;
  typicalDuration: number | undefined;
  readonly #load: () => Promise<ShippedModule>;
  #module: ShippedModule | undefined;

  constructor(name: string, tableNames: readonly string[], load: () => Promise<ShippedModule>) {
    this.name = name;
    this.table = { entries: [], indexOf: () => -1, foreign: tableNames };
    this.#load = load;
  }

  encodeItem(item: unknown): unknown {
    if ((typeof item !== 'object' && typeof item !== 'function' && typeof item !== 'symbol') || item === null)
      return item;
    return new EncodedItem(encodeValue(item));
  }

  module(): ShippedModule | Promise<ShippedModule> {
    return (
      this.#module ??
      this.#load().then((module) => {
        this.#module = module;
        return module;
      })
    );
  }

  mapStack(stack: string): string {
    return stack;
  }
}
