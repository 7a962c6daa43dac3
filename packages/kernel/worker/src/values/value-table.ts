import type { ModuleInstance } from '../invocation.ts';

/** The functions and classes that both ends know by number; see `ModuleInstance.table`. */
export interface ValueTable {
  readonly entries: readonly object[];
  /** Number of a function or class, -1 when it is not known. On the client this may add it. */
  indexOf(value: object): number;
  /** For values of another program's job: the names of the table's functions and classes, none of which this end has. */
  readonly foreign?: readonly string[];
  /** Private state of instances of the class with that number, where this end can reach it. */
  readonly instances?: {
    /** Undefined when the class has no private fields. */
    read(index: number, instance: object): Record<string, unknown> | undefined;
    create(index: number, privates: Record<string, unknown>): object | undefined;
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

  indexOf(value: object): number {
    const index = this.#table.indexOf(value);
    this.used ||= index >= 0;
    return index;
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
      create: (index, privates) => instances[index]?.create(privates),
    },
  };
}
