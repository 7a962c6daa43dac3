import type { OutsideUses, Reference } from './analyze/outside-uses.ts';
import type { ParsedFunction } from './analyze/parse-function.ts';
import type { SourceLocation } from './inspect/function-facts.ts';

/** A variable that shipped functions use: one in the module for each one there is here, however many functions use it. */
export interface Variable {
  /** In the module; unique. */
  readonly name: string;
  readonly value: VariableValue;
}

export type VariableValue =
  /** Source text of a primitive. */
  | { readonly kind: 'literal'; readonly text: string }
  /** A function or class, by its number in the table. */
  | { readonly kind: 'entry'; readonly index: number }
  /** An object, by its place among the captured objects. */
  | { readonly kind: 'object'; readonly place: number };

/** A place in a function's text that is written differently in the module. Edits keep the number of lines. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What an entry of the table is in the module. */
export type TableEntry = LinkEntry | BoundEntry | FunctionEntry;

/** Something that exists in the other process as well. */
export interface LinkEntry {
  readonly kind: 'link';
  /** URL of the module it is imported from; absent for built-ins. */
  readonly url?: string;
  readonly required?: boolean;
  /** What the user's file imports it as; absent where that is not known, or a path. */
  readonly specifier?: string;
  /** With `%` for the module. */
  readonly expression: string;
  /** Of a `require`: the modules that functions ask of it by name, and their URLs. */
  readonly requires?: Map<string, string>;
  /** It is part of another entry, a class mostly: `$t1.prototype`. */
  readonly late?: boolean;
}

export interface BoundEntry {
  readonly kind: 'bound';
  readonly target: number;
  /** Place of `[this, args]` among the captured objects. */
  readonly place: number;
  readonly name: string;
  readonly arity: number;
}

export interface FunctionEntry {
  readonly kind: 'function';
  readonly parsed: ParsedFunction;
  readonly uses: OutsideUses;
  readonly name: string;
  readonly location: () => SourceLocation | undefined;
  /** The variable behind each reference; absent for globals. */
  readonly variables: Map<Reference, Variable>;
  readonly edits: Edit[];
  /** Of an arrow function that uses private names: the number of the class in whose text it stands. */
  enclosing?: number;
  /** Of a class: the numbers of the arrow functions that stand in its text. */
  readonly enclosed: number[];
  /** Of a method that uses `super`: the place of its object. */
  home?: number;
  /** Prototypes other than those that such functions have: places among the captured objects. */
  prototype?: number;
  prototypeOfPrototype?: number;
  integrity?: 'preventExtensions' | 'seal' | 'freeze';
  /** References of which `name.member` as a whole is one variable. */
  readonly memberReferences: Set<Reference>;
  /** Of a class: its number of the class it extends. */
  superclass?: number;
  /** Of a class: its private names, `#x`, of fields of instances and of the class itself. */
  privates?: { readonly instance: readonly string[]; readonly static: readonly string[] };
  /** Place of its own properties among the captured objects, and of its prototype's. */
  properties?: number;
  prototypeProperties?: number;
  staticPrivates?: number;
}
