import type { AnyNode } from 'acorn';

/** A place in a function where a name from outside is used. */
export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** `{ name }`: the property's key is not the variable. */
  readonly shorthand: boolean;
  readonly write: boolean;
  /** `name.member`: the member, where it is written out. */
  readonly member?: { readonly name: string; readonly end: number };
  /** `require('text')`: the text. */
  readonly required?: string;
}

/** `import(source)`, or what a test runner writes for it. */
export interface DynamicImport {
  readonly source: AnyNode;
  /** The test runner's function, to be `import` again. */
  readonly stand?: { readonly start: number; readonly end: number };
}

export interface OutsideUses {
  readonly references: readonly Reference[];
  /** `this` outside of any inner function that has one of its own. */
  readonly usesThis: boolean;
  /** Of an arrow function: where it uses the `this` of the function around it. */
  readonly lexicalThis: readonly { readonly start: number; readonly end: number }[];
  /** Private names, `#x`, of a class around it. */
  readonly privateNames: readonly string[];
  readonly usesSuper: boolean;
  /** Places of `import.meta`, or of what stands for it. */
  readonly metaProperties: readonly { readonly start: number; readonly end: number }[];
  readonly dynamicImports: readonly DynamicImport[];
  /** Every name that the function declares anywhere. */
  readonly declared: ReadonlySet<string>;
}
