import * as types from 'node:util/types';
import type { FunctionEntry, LinkEntry, TableEntry } from '../function-definition.ts';
import { type FunctionFacts, functionFacts } from '../inspect/function-facts.ts';
import { builtInExpression, nodeFunctionExpression } from '../link/built-ins.ts';
import { isRequire, requireBase } from '../link/require-function.ts';
import type { AnyFunction, CapturedTable } from './captured-table.ts';
import type { CapturedVariables } from './captured-variables.ts';
import { analysisOf, type FunctionAnalysis } from './function-analysis.ts';
import { defineFunction, NO_FACTS } from './function-entry.ts';
import { isBare } from './own-properties.ts';

/** Says what functions are in the module: links to what is there too, bound ones, or functions with their text. */
export class EntryDefinitions {
  readonly #table: CapturedTable;
  readonly #variables: CapturedVariables;
  /** Of the function itself: what is in its package is the user's own. */
  #home: FunctionFacts | undefined;

  constructor(table: CapturedTable, variables: CapturedVariables) {
    this.#table = table;
    this.#variables = variables;
  }

  /** @throws SerializationError */
  define(fn: AnyFunction, index: number, holder: object | undefined): TableEntry {
    const source = Function.prototype.toString.call(fn);
    const isNative = /\{\s*\[native code\]\s*\}\s*$/.test(source);
    const analysis = isNative ? undefined : this.#analysisOf(source);
    // What uses nothing from outside needs no look inside.
    if (analysis?.isClosed === true && isBare(fn)) return this.#function(fn, NO_FACTS, analysis, index, holder);
    const builtIn = builtInExpression(fn);
    if (builtIn !== undefined) return { kind: 'link', expression: builtIn };
    const facts = functionFacts(fn);
    if (facts.bound !== undefined) return this.#bound(fn, facts.bound);
    this.#home ??= index === 0 ? facts : functionFacts(this.#table.values[0] as AnyFunction); // the first is the function itself
    const link = this.#table.links.linkOf(fn) ?? this.#table.links.exportedFrom(fn, facts, this.#home);
    if (link !== undefined) return link;
    if (isRequire(fn))
      return {
        kind: 'link',
        expression: `process.getBuiltinModule("module").createRequire(${JSON.stringify(requireBase(fn))})`,
        requires: new Map(),
      };
    if (facts.location?.scriptId !== this.#home.location?.scriptId && this.#table.links.isNodes(facts))
      return this.#nodes(fn, facts);
    if (analysis !== undefined) return this.#function(fn, facts, analysis, index, holder);
    if (types.isProxy(fn)) throw this.#table.path.error('a Proxy cannot be copied', 'pass the function behind it');
    throw this.#table.path.error(
      `${fn.name || 'this'} is a native function that no built-in module has`,
      'call it in a function of your own',
    );
  }

  #analysisOf(source: string): FunctionAnalysis {
    try {
      return analysisOf(source);
    } catch (cause) {
      throw this.#table.path.error(
        cause instanceof Error ? cause.message : String(cause),
        'write it as ES modules are written, and keep what it has from the function around it in a variable',
        { cause },
      );
    }
  }

  /** A function that Node's own code made, as `promisify` does. */
  #nodes(fn: AnyFunction, facts: FunctionFacts): LinkEntry {
    const expression = nodeFunctionExpression(fn, facts);
    if (expression !== undefined) return { kind: 'link', expression };
    throw this.#table.path.error(
      `${fn.name || 'this'} is a function inside of Node that no built-in module has`,
      'make it inside the task',
    );
  }

  #bound(fn: AnyFunction, bound: NonNullable<FunctionFacts['bound']>): TableEntry {
    const near = Object(bound.self) === bound.self ? (bound.self as object) : undefined; // what is its own object is one
    const target = this.#table.path.at('[[TargetFunction]]', () => this.#table.number(bound.target, near));
    const place = this.#table.place([bound.self, bound.args], 'bound this');
    return { kind: 'bound', target, place, name: fn.name, arity: fn.length };
  }

  #function(
    fn: AnyFunction,
    facts: FunctionFacts,
    analysis: FunctionAnalysis,
    index: number,
    holder: object | undefined,
  ): FunctionEntry | LinkEntry {
    return defineFunction({ table: this.#table, variables: this.#variables }, { fn, facts, index, holder }, analysis);
  }
}
