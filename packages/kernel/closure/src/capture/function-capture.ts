import type { ValueTable } from '@lithops/worker/values';
import { emitModule } from '../emit/emit-module.ts';
import type { FunctionModule } from '../emit/function-module.ts';
import { StackMapper } from '../emit/stack-mapper.ts';
import type { FunctionEntry } from '../function-definition.ts';
import { privateFields } from '../inspect/function-facts.ts';
import { SerializationError } from '../serialization-error.ts';
import { type AnyFunction, CapturedTable } from './captured-table.ts';
import { CapturedVariables } from './captured-variables.ts';
import { EntryDefinitions } from './entry-definitions.ts';
import { howToPass } from './how-to-pass.ts';
import { keyedPrivates, mayHavePrivates } from './keyed-privates.ts';
import { StandIns } from './stand-in.ts';

export interface CaptureOptions {
  /**
   * `resolve` (default): npm packages are imported from where they are installed here, for a worker on this machine.
   * `bundle`: they are bundled into the module, except `externals`.
   */
  readonly linkPackages?: 'resolve' | 'bundle';
  /**
   * With `bundle`: names of packages that the runtime has installed, as in `['sharp', '@acme/native']`. They are imported
   * by name there, and may hold native code. `FunctionModule.externals` tells which of them a function needs.
   */
  readonly externals?: readonly string[];
}

/** A function with all that it reaches, as it was when it was captured. */
export class FunctionCapture {
  readonly name: string;
  readonly arity: number;
  /** Whether it is one of Node's or the language's own, or bound to one. */
  readonly native: boolean;
  readonly #table: CapturedTable;
  readonly #variables: CapturedVariables;
  readonly #standIns = new StandIns();
  readonly #options: CaptureOptions;
  readonly #stackMapper = new StackMapper();
  #isComplete = false;
  #built: Promise<FunctionModule> | undefined;
  /** What it was built from. */
  #builtFrom = '';

  /** @throws SerializationError */
  constructor(fn: AnyFunction, options: CaptureOptions = {}) {
    this.#options = options;
    this.name = fn.name === '' ? 'anonymous' : fn.name;
    this.arity = fn.length;
    this.#table = new CapturedTable(this.name, (found, index, holder) => definitions.define(found, index, holder));
    this.#variables = new CapturedVariables(this.#table);
    const definitions = new EntryDefinitions(this.#table, this.#variables);
    this.include(fn);
    const { entries } = this.#table;
    const [entry] = entries;
    const target = entry?.kind === 'bound' ? entries[entry.target] : entry;
    this.native = target?.kind === 'link' && target.url === undefined && target.late !== true;
    if (entry?.kind === 'function') this.#refuseUnbound(entry);
    this.#complete();
  }

  /** The live functions and classes in the order of the module's table; the function itself first. Only grows. */
  get table(): readonly object[] {
    return this.#table.values;
  }

  /** Whether it closes over nothing that could change. */
  get isPure(): boolean {
    return this.#variables.all.length === 0 && this.#table.objects.length === 0;
  }

  /** -1 when it is not in the table. */
  indexOf(value: object): number {
    return this.#table.indexOf(value);
  }

  /**
   * Adds a function or class that values refer to, and returns its number.
   * @param holder The object it was found on.
   * @param path How it is reached, for errors.
   * @throws SerializationError
   */
  include(value: object, holder?: object, path: string = this.name): number {
    if (holder !== undefined) this.#table.scopes.foundOn(value, holder);
    const known = this.#table.known(value);
    if (known !== undefined) return known;
    return this.#table.path.from(path, () => {
      const index = this.#number(value, holder);
      if (this.#isComplete) this.#complete();
      return index;
    });
  }

  #number(value: object, holder: object | undefined): number {
    try {
      return this.#table.number(value, holder);
    } catch (cause) {
      if (!(cause instanceof RangeError && cause.message.startsWith('Maximum call stack'))) throw cause;
      throw new SerializationError(
        this.name,
        'the functions that it captures capture others in turn, more of them one in another than the stack holds',
        'keep them in an array, and call them in a loop',
        { cause },
      );
    }
  }

  /** A plain object that travels for one that cannot: for the namespace of a module. */
  standIn(object: object): object | undefined {
    return this.#standIns.of(object);
  }

  /**
   * The private fields of an instance of the class with that number; undefined when it has none.
   * @throws ValueEncodingError for those of a package's class, which nobody can set.
   */
  readPrivates(index: number, instance: object): Record<string, unknown> | undefined {
    if (!mayHavePrivates(instance)) return undefined;
    const fields = privateFields(instance);
    return fields.length === 0 ? undefined : keyedPrivates(fields, this.#table.entries, index);
  }

  /**
   * The module with all that is in the table now.
   * @param options How packages are linked, where that is known only now.
   * @throws SerializationError
   */
  build(options: CaptureOptions = this.#options): Promise<FunctionModule> {
    const { linkPackages = 'resolve', externals = [] } = options;
    const { entries, objects } = this.#table;
    // All that is captured only grows.
    const from = [linkPackages, ...externals, entries.length, this.#variables.all.length].join(' ');
    if (this.#builtFrom !== from) this.#built = undefined;
    this.#builtFrom = from;
    this.#built ??= emitModule({
      name: this.name,
      arity: this.arity,
      entries: entries.slice(),
      variables: this.#variables.all.slice(),
      objects: objects.encoded,
      externals,
      bundle: linkPackages === 'bundle',
      stackMapper: this.#stackMapper,
    });
    return this.#built;
  }

  /** Points frames inside the shipped module at the user's own files. */
  mapStack(stack: string): string {
    return this.#stackMapper.map(stack);
  }

  #complete(): void {
    this.#isComplete = false; // functions that are found meanwhile are part of this
    const { objects, scopes, values } = this.#table;
    const table: ValueTable = {
      entries: values,
      indexOf: (value, holder, place) => {
        const known = this.indexOf(value);
        if (known >= 0 || typeof value !== 'function') return known;
        return this.include(value, holder, place && objects.pathOf(place()));
      },
      standIn: (object) => this.standIn(object),
      instances: {
        read: (index, instance) => this.readPrivates(index, instance),
        create: () => undefined,
        write: () => undefined,
      },
    };
    objects.encode(table);
    scopes.separate((variable) => this.#variables.copy(variable));
    this.#isComplete = true;
  }

  #refuseUnbound(entry: FunctionEntry): void {
    if (entry.parsed.kind === 'class') {
      throw new SerializationError(
        this.name,
        'a class cannot be called',
        `pass a function that makes it: (item) => new ${entry.name || 'Class'}(item)`,
      );
    }
    if (entry.parsed.kind === 'expression' || !entry.uses.usesThis) return;
    throw new SerializationError(
      this.name,
      'this method uses `this`, which is lost when it is passed on its own',
      howToPass(entry.name),
    );
  }
}
