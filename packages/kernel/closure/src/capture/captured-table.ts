import type { LinkEntry, TableEntry } from '../function-definition.ts';
import { builtInExpression } from '../link/built-ins.ts';
import { FileLinks } from '../link/file-links.ts';
import { CapturePath } from './capture-path.ts';
import { CapturedObjects } from './captured-objects.ts';
import { CapturedScopes } from './captured-scopes.ts';

export type AnyFunction = (...args: never[]) => unknown;

/** Says what the function with that number is in the module; `holder` is the object it was found on. */
export type DefineEntry = (fn: AnyFunction, index: number, holder: object | undefined) => TableEntry;

/** The functions, classes and linked objects of a capture by their numbers, and what else its parts share. */
export class CapturedTable {
  readonly path: CapturePath;
  readonly objects: CapturedObjects = new CapturedObjects();
  readonly scopes: CapturedScopes = new CapturedScopes();
  readonly links: FileLinks = new FileLinks();
  /** What each is in the module. */
  readonly entries: TableEntry[] = [];
  /** The live ones. */
  readonly values: object[] = [];
  readonly #numbers = new Map<object, number>();
  readonly #define: DefineEntry;

  constructor(name: string, define: DefineEntry) {
    this.path = new CapturePath(name);
    this.#define = define;
  }

  /** Undefined when it is not in the table. */
  known(value: object): number | undefined {
    return this.#numbers.get(value);
  }

  /** -1 when it is not in the table, and is no object that is there in the other process too. */
  indexOf(value: object): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    return typeof value === 'function' ? -1 : this.#linkObject(value);
  }

  /** Adds it, if it is not there. @throws SerializationError */
  number(value: object, holder: object | undefined): number {
    return this.#numbers.get(value) ?? this.#add(value, holder);
  }

  /** Its place among the captured objects. */
  place(value: unknown, step: string): number {
    return this.objects.add(value, step === '' ? `${this.path}` : `${this.path} -> ${step}`);
  }

  #add(value: object, holder: object | undefined): number {
    // Its place is taken before it is looked into: functions refer to each other in circles.
    const index = this.#append(value, { kind: 'link', expression: 'undefined' });
    this.entries[index] = this.#define(value as AnyFunction, index, holder); // tables hold functions, but for linked objects
    return index;
  }

  /** An object that is there in the other process too: a module, `process`, `Math`, the prototype of a shipped class. */
  #linkObject(value: object): number {
    const expression = builtInExpression(value);
    const link = expression === undefined ? this.links.linkOf(value) : { kind: 'link' as const, expression };
    if (link !== undefined) return this.#append(value, link);
    const owner: unknown = Object.getOwnPropertyDescriptor(value, 'constructor')?.value;
    if (typeof owner !== 'function' || owner.prototype !== value) return -1;
    const number = this.number(owner, undefined);
    return (
      this.#numbers.get(value) ?? this.#append(value, { kind: 'link', expression: `$t${number}.prototype`, late: true })
    );
  }

  #append(value: object, entry: LinkEntry): number {
    const index = this.values.push(value) - 1;
    this.#numbers.set(value, index);
    this.entries.push(entry);
    return index;
  }
}
