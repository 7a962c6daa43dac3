import type { ModuleInstance } from '../invocation.ts';

/** The functions and classes that both ends know by number; see `ModuleInstance.table`. */
export interface ValueTable {
  readonly entries: readonly object[];
  /**
   * Number of a function or class, -1 when it is not known. On the client this may add it; `holder` is the object it was
   * found on, `path` tells where.
   */
  indexOf(value: object, holder?: object, path?: () => string): number;
  /** A plain object that travels in the place of one that cannot. */
  standIn?(object: object): object | undefined;
  /** For values of another program's job: the names of the table's functions and classes, none of which this end has. */
  readonly foreign?: readonly string[];
  /** Private state of instances of the class with that number, where this end can reach it. */
  readonly instances?: {
    /** Undefined when the class has no private fields. @throws ValueEncodingError when some cannot be read. */
    read(index: number, instance: object): Record<string, unknown> | undefined;
    /** Undefined when this end cannot. */
    create(index: number, args: readonly unknown[]): object | undefined;
    write(index: number, instance: object, privates: Record<string, unknown>): void;
  };
}

export const emptyTable: ValueTable = { entries: [], indexOf: () => -1 };

/** Tells whether an encoding has referred to a table. */
export class TableUse implements ValueTable {
  readonly entries: ValueTable['entries'];
  readonly instances?: NonNullable<ValueTable['instances']>;
  /** Whether anything was found in the table. */
  used = false;
  readonly #table: ValueTable;

  constructor(table: ValueTable) {
    this.#table = table;
    this.entries = table.entries;
    if (table.instances !== undefined) this.instances = table.instances;
  }

  indexOf(value: object, holder?: object, path?: () => string): number {
    const index = this.#table.indexOf(value, holder, path);
    this.used ||= index >= 0;
    return index;
  }

  standIn(object: object): object | undefined {
    return this.#table.standIn?.(object);
  }
}

/** The table of a loaded function module. */
export function tableOf(instance: ModuleInstance): ValueTable {
  const numbers = new Map(instance.table.map((entry, index) => [entry, index]));
  const { instances = {} } = instance;
  return {
    entries: instance.table,
    indexOf: (value) => numbers.get(value) ?? -1,
    instances: {
      read: (index, object) => instances[index]?.read(object),
      create: (index, args) => instances[index]?.create(args),
      write: (index, object, privates) => instances[index]?.write(object, privates),
    },
  };
}
