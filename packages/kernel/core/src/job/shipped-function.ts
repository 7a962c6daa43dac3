import type { FunctionCapture } from '@lithops/closure';
import type { ShippedModule } from '@lithops/worker';
import { encodeValue, encodeValues, type ValueTable } from '@lithops/worker/values';
import { toSerializationError } from '../errors/refused-value.ts';
import { EncodedItem } from './encoded-item.ts';
import type { JobFunction, PackageLinking } from './job-function.ts';
import { loadClosure } from './load-closure.ts';

/** By functions, for the jobs to come. */
const typicalDurations = new WeakMap<object, TypicalDuration>();

/** What jobs know that share a capture: one serves many, where its function closes over nothing. */
const knownCaptures = new WeakMap<FunctionCapture, KnownCapture>();

interface TypicalDuration {
  ms: number | undefined;
}

interface KnownCapture {
  readonly table: ValueTable;
  /** The module that it was built to last. */
  built: BuiltModule | undefined;
}

interface BuiltModule {
  readonly module: ShippedModule;
  readonly linking: PackageLinking;
  /** Of the capture's table, which only grows. */
  readonly size: number;
}

/** A user's function on its way to workers: what it captured, its module, and the values that go with it. */
export class ShippedFunction implements JobFunction {
  readonly table: ValueTable;
  readonly #capture: FunctionCapture;
  readonly #known: KnownCapture;
  readonly #lastTypical: TypicalDuration;
  #typicalDuration: number | undefined;
  #built: BuiltModule | undefined;

  private constructor(fn: object, captured: FunctionCapture) {
    this.#capture = captured;
    this.#known = remembered(knownCaptures, captured, () => ({ table: tableOf(captured), built: undefined }));
    this.#lastTypical = remembered(typicalDurations, fn, () => ({ ms: undefined }));
    this.#typicalDuration = this.#lastTypical.ms;
    this.table = this.#known.table;
  }

  /** Takes a function with all that it reaches as it is now. @throws SerializationError */
  static capture(fn: (...args: never[]) => unknown): ShippedFunction {
    if (typeof fn !== 'function') throw new TypeError(`a function was expected, not ${describe(fn)}`);
    const { capture } = loadClosure();
    return new ShippedFunction(
      fn,
      asSerializationErrors(() => capture(fn)),
    );
  }

  /** Typical time of a call in ms, as far as this job and earlier ones of the same function have shown. */
  get typicalDuration(): number | undefined {
    return this.#typicalDuration;
  }

  set typicalDuration(ms: number | undefined) {
    this.#typicalDuration = ms;
    if (ms !== undefined) this.#lastTypical.ms = ms;
  }

  get name(): string {
    return this.#capture.name;
  }

  /** Whether a call of it is to be given the task context after `given` arguments. */
  takesContext(given: number): boolean {
    return !this.#capture.native && this.#capture.arity > given;
  }

  /** Makes a function or class known to both sides. @throws SerializationError */
  include(value: (new (...args: never[]) => object) | ((...args: never[]) => unknown)): void {
    asSerializationErrors(() => this.#capture.include(value));
  }

  /** A primitive stays as it is, for it cannot change; anything else is encoded now. @throws SerializationError */
  encodeItem(item: unknown, index: number): unknown {
    if ((typeof item !== 'object' && typeof item !== 'function' && typeof item !== 'symbol') || item === null)
      return item;
    return asSerializationErrors(() => new EncodedItem(encodeValue(item, this.table)), `item ${index}: `);
  }

  /** @throws SerializationError */
  encodeExtraArgs(args: readonly unknown[]): Uint8Array {
    return asSerializationErrors(() => encodeValues(args, this.table), 'extraArgs: ');
  }

  /** At once, where it was built before with the very same linking. */
  module(linking: PackageLinking): ShippedModule | Promise<ShippedModule> {
    // Two executors that link differently do not undo each other's work.
    this.#built ??= this.#known.built;
    if (this.#built?.linking === linking && this.#built.size === this.#capture.table.length) return this.#built.module;
    return this.#build(linking);
  }

  /** Points the frames of a stack at the user's own files. */
  mapStack(stack: string): string {
    return this.#capture.mapStack(stack);
  }

  async #build(linking: PackageLinking): Promise<ShippedModule> {
    const size = this.#capture.table.length;
    try {
      const { hash, code, assets } = await this.#capture.build(linking);
      const module = { hash, code, assets };
      this.#built = { module, linking, size };
      this.#known.built = this.#built;
      return module;
    } catch (error) {
      throw toSerializationError(error, '');
    }
  }
}

function tableOf(captured: FunctionCapture): ValueTable {
  return {
    entries: captured.table,
    indexOf: (value, holder, path) => {
      const known = captured.indexOf(value);
      return known < 0 && typeof value === 'function' ? captured.include(value, holder, path?.()) : known;
    },
    standIn: (object) => captured.standIn(object),
    instances: {
      read: (index, instance) => captured.readPrivates(index, instance),
      // Of a class that is not rewritten only its own constructor can make private fields.
      create: () => undefined,
      write: () => undefined,
    },
  };
}

function remembered<Key extends object, Value>(by: WeakMap<Key, Value>, key: Key, make: () => Value): Value {
  const known = by.get(key);
  if (known !== undefined) return known;
  const made = make();
  by.set(key, made);
  return made;
}

function asSerializationErrors<Result>(run: () => Result, where = ''): Result {
  try {
    return run();
  } catch (error) {
    throw toSerializationError(error, where);
  }
}

function describe(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
