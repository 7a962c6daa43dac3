import { encodeValue, ValueEncodingError, type ValueTable } from '@lithops/worker/values';
import type { Class } from 'acorn';
import { classEdits, hasPrivateNames, privateNames } from './analyze/class-edits.ts';
import { type ParsedFunction, parseFunction } from './analyze/parse-function.ts';
import { type OutsideUses, outsideUses, type Reference } from './analyze/references.ts';
import { emitModule } from './emit/emit-module.ts';
import type { FunctionModule } from './emit/function-module.ts';
import { literal } from './emit/literal.ts';
import { StackMapper } from './emit/stack-mapper.ts';
import type { FunctionEntry, TableEntry, Variable, VariableValue } from './function-definition.ts';
import {
  type FunctionFacts,
  type FunctionScope,
  functionFacts,
  privateFields,
  readVariable,
  type SourceLocation,
  UNINITIALIZED,
} from './inspect/function-facts.ts';
import { builtInExpression, isStandardGlobal } from './link/built-ins.ts';
import { FileLinks } from './link/file-links.ts';
import { SerializationError } from './serialization-error.ts';

export interface CaptureOptions {
  /**
   * `resolve` (default): npm packages are imported from where they are installed here, for a worker on this machine.
   * `bundle`: they are bundled into the module, except `externals`.
   */
  readonly linkPackages?: 'resolve' | 'bundle';
  /** Packages that the runtime has installed. */
  readonly externals?: readonly string[];
}

type AnyFunction = (...args: never[]) => unknown;

/** A function with all that it reaches, as it was when it was captured. */
export class FunctionCapture {
  readonly name: string;
  readonly arity: number;
  /** Whether it is one of Node's or the language's own, or bound to one. */
  readonly native: boolean;
  readonly #table: object[] = [];
  readonly #entries: TableEntry[] = [];
  readonly #numbers = new Map<object, number>();
  /** Captured objects, encoded together so that what they share stays shared. */
  readonly #objects: unknown[] = [];
  readonly #objectPaths: string[] = [];
  readonly #variables: Variable[] = [];
  readonly #scopes: { readonly scope: FunctionScope; readonly variables: Map<string, Variable> }[] = [];
  readonly #pathOf: string[] = [];
  readonly #links = new FileLinks();
  readonly #options: CaptureOptions;
  readonly #stackMapper = new StackMapper();
  /** Of the function itself: what is in its package is the user's own. */
  #home: FunctionFacts | undefined;
  #path: string;
  #encoded: Uint8Array = new Uint8Array(0);
  #built: Promise<FunctionModule> | undefined;
  #builtLinking = '';

  /** @throws SerializationError */
  constructor(fn: AnyFunction, options: CaptureOptions = {}) {
    this.#options = options;
    this.name = fn.name === '' ? 'anonymous' : fn.name;
    this.arity = fn.length;
    this.#path = this.name;
    this.include(fn);
    const [entry] = this.#entries;
    const target = entry?.kind === 'bound' ? this.#entries[entry.target] : entry;
    this.native = target?.kind === 'link' && target.url === undefined;
    if (entry?.kind === 'function') this.#refuseUnbound(entry);
    this.#encode();
  }

  /** The live functions and classes in the order of the module's table; the function itself first. Only grows. */
  get table(): readonly object[] {
    return this.#table;
  }

  /** Whether it closes over nothing that could change. */
  get isPure(): boolean {
    return this.#variables.length === 0 && this.#objects.length === 0;
  }

  /** -1 when it is not in the table. */
  indexOf(value: object): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    return typeof value === 'function' ? -1 : this.#linkObject(value);
  }

  /** Adds a function or class that values refer to, and returns its number. @throws SerializationError */
  include(value: object): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.#built = undefined;
    const index = this.#add(value);
    if (this.#encoded.length > 0) this.#encode();
    return index;
  }

  /** The private fields of an instance of a user's class; undefined when it has none. */
  readPrivates(instance: object): Record<string, unknown> | undefined {
    if (!mayHavePrivates(instance)) return undefined;
    const fields = privateFields(instance);
    return fields.size === 0 ? undefined : Object.fromEntries(fields);
  }

  /**
   * The module with all that is in the table now.
   * @param options How packages are linked, where that is known only now.
   * @throws SerializationError
   */
  build(options: CaptureOptions = this.#options): Promise<FunctionModule> {
    const { linkPackages = 'resolve', externals = [] } = options;
    const linking = [linkPackages, ...externals].join(' ');
    if (this.#builtLinking !== linking) this.#built = undefined;
    this.#builtLinking = linking;
    this.#built ??= emitModule({
      name: this.name,
      arity: this.arity,
      entries: this.#entries.slice(),
      variables: this.#variables.slice(),
      objects: this.#encoded,
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

  #add(value: object): number {
    const index = this.#table.length;
    this.#table.push(value);
    this.#numbers.set(value, index);
    this.#pathOf.push(this.#path);
    // Its place is taken before it is looked into: functions refer to each other in circles.
    this.#entries.push({ kind: 'link', expression: 'undefined' });
    this.#entries[index] = this.#define(value as AnyFunction, index); // tables hold functions, but for linked objects
    return index;
  }

  #define(fn: AnyFunction, index: number): TableEntry {
    const source = Function.prototype.toString.call(fn);
    const isNative = /\{\s*\[native code\]\s*\}\s*$/.test(source);
    const analysis = isNative ? undefined : analysisOf(source);
    // What uses nothing from outside needs no look inside.
    if (analysis?.isClosed) return this.#defineFunction(fn, NO_FACTS, analysis, index);
    const builtIn = builtInExpression(fn);
    if (builtIn !== undefined) return { kind: 'link', expression: builtIn };
    const facts = functionFacts(fn);
    if (facts.bound !== undefined) return this.#defineBound(fn, facts.bound);
    this.#home ??= index === 0 ? facts : functionFacts(this.#table[0] as AnyFunction); // the first is the function itself
    const link = this.#links.linkOf(fn) ?? this.#links.exportedFrom(fn, facts, this.#home);
    if (link !== undefined) return link;
    if (isRequire(fn))
      return {
        kind: 'link',
        expression: `process.getBuiltinModule("module").createRequire(${JSON.stringify(requireBase(fn))})`,
      };
    if (analysis !== undefined) return this.#defineFunction(fn, facts, analysis, index);
    throw this.#refuse(
      `${fn.name || 'this'} is a native function that no built-in module has`,
      'call it in a function of your own',
    );
  }

  #defineBound(fn: AnyFunction, bound: NonNullable<FunctionFacts['bound']>): TableEntry {
    const target = this.#at('[[TargetFunction]]', () => this.#number(bound.target));
    const place = this.#object([bound.self, bound.args], 'bound this');
    return { kind: 'bound', target, place, name: fn.name, arity: fn.length };
  }

  #defineFunction(fn: AnyFunction, facts: FunctionFacts, { parsed, uses }: Analysis, index: number): FunctionEntry {
    const entry: FunctionEntry = {
      kind: 'function',
      parsed,
      uses,
      name: fn.name,
      location: lazyLocation(fn, facts),
      variables: new Map(),
      edits: [],
      memberReferences: new Set(),
    };
    this.#entries[index] = entry;
    if (uses.usesSuper && parsed.kind !== 'class') {
      throw this.#refuse('a method that uses super cannot leave its object', 'use a class: its methods come with it');
    }
    for (const reference of uses.references) {
      const variable = this.#variableOf(reference, facts, entry);
      if (variable !== undefined) entry.variables.set(reference, variable);
    }
    this.#editMeta(entry, facts);
    if (parsed.kind === 'class') this.#defineClass(fn, entry, index);
    this.#captureProperties(fn, entry);
    return entry;
  }

  #defineClass(fn: AnyFunction, entry: FunctionEntry, index: number): void {
    const node = entry.parsed.node as Class; // by its kind
    const base: unknown = Object.getPrototypeOf(fn);
    if (typeof base === 'function' && base !== Function.prototype)
      entry.superclass = this.#at('extends', () => this.#number(base));
    const guarded = hasPrivateNames(node);
    if (guarded) entry.privates = privateNames(node);
    const superclass = entry.superclass === undefined ? undefined : `$t${entry.superclass}`;
    const { source, offset } = entry.parsed;
    const edits = classEdits(node, source, offset, superclass, guarded ? `$access[${index}]` : undefined);
    entry.edits.push(...edits);
    const statics = privateFields(fn);
    if (statics.size > 0) entry.staticPrivates = this.#object(Object.fromEntries(statics), 'private statics');
  }

  /** Properties that were put on the function or on its prototype. */
  #captureProperties(fn: AnyFunction, entry: FunctionEntry): void {
    const isClass = entry.parsed.kind === 'class';
    const own = ownProperties(
      fn,
      (key, property) =>
        key === 'prototype' ||
        key === 'length' ||
        key === 'name' ||
        key === 'arguments' ||
        key === 'caller' ||
        (isClass && isMethod(property)),
    );
    if (own !== undefined) entry.properties = this.#object(own, 'properties');
    const prototype: unknown = fn.prototype;
    if (
      isClass ||
      typeof prototype !== 'object' ||
      prototype === null ||
      entry.parsed.node.type === 'ArrowFunctionExpression'
    )
      return;
    const added = ownProperties(prototype, (key) => key === 'constructor');
    if (added !== undefined) entry.prototypeProperties = this.#object(added, 'prototype');
  }

  #variableOf(reference: Reference, facts: FunctionFacts, entry: FunctionEntry): Variable | undefined {
    const { name } = reference;
    const scope = facts.scopes.find(({ variables }) => Object.hasOwn(variables, name));
    if (scope === undefined) return this.#globalVariable(name, facts);
    const known = this.#scopeRecord(scope).variables;
    const live = readVariable(scope, name);
    if (live === UNINITIALIZED)
      throw new SerializationError(
        `${this.#path} -> ${name}`,
        'it has no value yet',
        `call map after the line that defines ${name}`,
      );
    if (reference.member !== undefined && isModuleLike(live) && Object.hasOwn(live, reference.member.name)) {
      const key = `${name}.${reference.member.name}`;
      const member = reference.member.name;
      entry.memberReferences.add(reference);
      return known.get(key) ?? this.#newVariable(known, key, member, facts, live[member]);
    }
    return known.get(name) ?? this.#newVariable(known, name, name, facts, live);
  }

  #globalVariable(name: string, facts: FunctionFacts): Variable | undefined {
    if (!Object.hasOwn(globalThis, name) || isStandardGlobal(name)) return undefined;
    const known = this.#scopeRecord(GLOBAL_SCOPE).variables;
    return known.get(name) ?? this.#newVariable(known, name, name, facts, Reflect.get(globalThis, name));
  }

  #newVariable(known: Map<string, Variable>, key: string, name: string, facts: FunctionFacts, live: unknown): Variable {
    const variable: { name: string; value: VariableValue } = {
      name: `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : 'value'}$L${this.#variables.length}`,
      value: { kind: 'literal', text: 'undefined' },
    };
    known.set(key, variable);
    this.#variables.push(variable);
    if (mayBeImported(live, facts)) this.#links.visit(facts);
    variable.value = this.#at(name, () => this.#valueOf(live));
    return variable;
  }

  #valueOf(value: unknown): VariableValue {
    const text = literal(value);
    if (text !== undefined) return { kind: 'literal', text };
    if (typeof value === 'symbol')
      throw this.#refuse(`${String(value)} exists only in this process`, 'use Symbol.for(key)');
    if (typeof value === 'function') return { kind: 'entry', index: this.#number(value) };
    if (typeof value === 'object' && value !== null) {
      const linked = this.indexOf(value);
      if (linked >= 0) return { kind: 'entry', index: linked };
      if (isModuleLike(value)) return { kind: 'object', place: this.#object({ ...value }, '') };
    }
    return { kind: 'object', place: this.#object(value, '') };
  }

  #object(value: unknown, step: string): number {
    this.#objects.push(value);
    this.#objectPaths.push(step === '' ? this.#path : `${this.#path} -> ${step}`);
    return this.#objects.length - 1;
  }

  #number(value: object): number {
    return this.#numbers.get(value) ?? this.#add(value);
  }

  /** Encodes the captured objects. That may find further functions, and so further objects. */
  #encode(): void {
    const table: ValueTable = {
      entries: this.#table,
      indexOf: (value) => {
        const known = this.indexOf(value);
        return known < 0 && typeof value === 'function' ? this.#number(value) : known;
      },
      instances: { read: (_index, instance) => this.readPrivates(instance), create: () => undefined },
    };
    for (let count = -1; count !== this.#objects.length; ) {
      count = this.#objects.length;
      try {
        this.#encoded = encodeValue(this.#objects, table);
      } catch (error) {
        if (!(error instanceof ValueEncodingError)) throw error;
        throw this.#refuseObject(error);
      }
    }
  }

  #refuseObject(error: ValueEncodingError): SerializationError {
    const [, place, rest = ''] = /^value\[(\d+)\](.*)$/s.exec(error.path) ?? [];
    const path = `${this.#objectPaths[Number(place)] ?? this.name}${rest}`;
    return new SerializationError(
      path,
      error.message.slice(error.path.length + 2).replace(/; [^;]*$/, ''),
      error.hint,
      { cause: error },
    );
  }

  /** An object that is there in the other process too: a module, `process`, `Math`. */
  #linkObject(value: object): number {
    const expression = builtInExpression(value);
    const link = expression === undefined ? this.#links.linkOf(value) : { kind: 'link' as const, expression };
    if (link === undefined) return -1;
    const index = this.#table.length;
    this.#table.push(value);
    this.#numbers.set(value, index);
    this.#pathOf.push(this.#path);
    this.#entries.push(link);
    this.#built = undefined;
    return index;
  }

  #scopeRecord(scope: FunctionScope): { readonly scope: FunctionScope; readonly variables: Map<string, Variable> } {
    const known = this.#scopes.find((candidate) => isSameScope(candidate.scope, scope));
    if (known !== undefined) return known;
    const record = { scope, variables: new Map<string, Variable>() };
    this.#scopes.push(record);
    return record;
  }

  #editMeta(entry: FunctionEntry, facts: FunctionFacts): void {
    const { metaProperties, dynamicImports } = entry.uses;
    if (metaProperties.length === 0 && dynamicImports.length === 0) return;
    const { offset } = entry.parsed;
    const file = this.#links.fileOf(facts);
    for (const node of metaProperties)
      entry.edits.push({ start: node.start - offset, end: node.end - offset, text: this.#links.metaText(file) });
    for (const { source, stand } of dynamicImports) {
      if (stand !== undefined)
        entry.edits.push({ start: stand.start - offset, end: stand.end - offset, text: 'import' });
      if (source.type !== 'Literal' || typeof source.value !== 'string') continue;
      const url = this.#links.resolve(source.value, file);
      if (url === undefined)
        throw this.#refuse(
          `import("${source.value}") cannot be resolved from ${file ?? 'code without a file'}`,
          'install the package, or correct the path',
        );
      entry.edits.push({ start: source.start - offset, end: source.end - offset, text: JSON.stringify(url) });
    }
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
      `pass object.${entry.name}.bind(object), or (item) => object.${entry.name}(item)`,
    );
  }

  #at<Result>(step: string, run: () => Result): Result {
    const before = this.#path;
    this.#path = `${before} -> ${step}`;
    try {
      return run();
    } finally {
      this.#path = before;
    }
  }

  #refuse(reason: string, hint: string): SerializationError {
    return new SerializationError(this.#path, reason, hint);
  }
}

/** User-made globals, of scripts and the REPL. */
const GLOBAL_SCOPE: FunctionScope = { description: 'Global', variables: {} };

/** Of a function that nothing needs to be known of. */
const NO_FACTS: FunctionFacts = { scopes: [], location: undefined, bound: undefined };

interface Analysis {
  readonly parsed: ParsedFunction;
  readonly uses: OutsideUses;
  /** Whether it uses nothing but its own names and those of every process. */
  readonly isClosed: boolean;
}

const analyses = new Map<string, Analysis>();
const MOST_ANALYSES = 2000;

function analysisOf(source: string): Analysis {
  let analysis = analyses.get(source);
  if (analysis === undefined) {
    const parsed = parseFunction(source);
    const uses = outsideUses(parsed.node);
    const { references, metaProperties, dynamicImports, usesThis } = uses;
    const isArrow = parsed.node.type === 'ArrowFunctionExpression';
    const isClosed =
      parsed.kind !== 'class' &&
      references.length === 0 &&
      metaProperties.length + dynamicImports.length === 0 &&
      !(isArrow && usesThis);
    analysis = { parsed, uses, isClosed };
    if (analyses.size >= MOST_ANALYSES) analyses.clear();
    analyses.set(source, analysis);
  }
  return analysis;
}

/** Only a stack that is to be mapped asks for it. */
function lazyLocation(fn: AnyFunction, facts: FunctionFacts): () => SourceLocation | undefined {
  if (facts !== NO_FACTS) return () => facts.location;
  let known: { readonly location: SourceLocation | undefined } | undefined;
  return () => {
    known ??= functionFacts(fn);
    return known.location;
  };
}

/**
 * V8 does not tell which functions close over the same scope, only what is in it. Scopes of one place with the very same
 * values are taken for one.
 */
function isSameScope(a: FunctionScope, b: FunctionScope): boolean {
  if (a === b) return true;
  if (a.description !== b.description) return false;
  const names = Object.keys(a.variables);
  if (names.length !== Object.keys(b.variables).length) return false;
  return names.every(
    (name) => Object.hasOwn(b.variables, name) && Object.is(readVariable(a, name), readVariable(b, name)),
  );
}

const classesWithPrivates = new WeakMap<object, boolean>();

/** To ask V8 for private fields costs a fraction of a ms, for each instance; classes without a `#` in their text have none. */
function mayHavePrivates(instance: object): boolean {
  for (let home: object | null = instance; home !== null; home = Object.getPrototypeOf(home)) {
    const own: unknown = Object.getOwnPropertyDescriptor(home, 'constructor')?.value;
    if (typeof own !== 'function') continue;
    let found = classesWithPrivates.get(own);
    if (found === undefined) {
      found = Function.prototype.toString.call(own).includes('#');
      classesWithPrivates.set(own, found);
    }
    if (found) return true;
  }
  return false;
}

function isModuleLike(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Reflect.get(value, Symbol.toStringTag) === 'Module' || Object.hasOwn(value, '__esModule'))
  );
}

function isMethod(property: PropertyDescriptor): boolean {
  if (property.get !== undefined || property.set !== undefined) return true;
  return typeof property.value === 'function' && !property.enumerable;
}

function isRequire(fn: AnyFunction): boolean {
  return fn.name === 'require' && 'resolve' in fn && 'cache' in fn;
}

/** The file that a `require` belongs to: it lists the folders in which it looks. */
function requireBase(fn: AnyFunction): string {
  const { resolve } = fn as unknown as NodeJS.Require; // recognised by its properties
  const [nearest] = resolve.paths('a-package') ?? [];
  return nearest === undefined ? `${process.cwd()}/` : nearest.replace(/node_modules$/, '');
}

/** Functions, and objects that are more than data, may come from a package. */
function mayBeImported(value: unknown, user: FunctionFacts): boolean {
  if (typeof value === 'function')
    return (
      builtInExpression(value) === undefined && functionFacts(value).location?.scriptId !== user.location?.scriptId
    );
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== Array.prototype && builtInExpression(value) === undefined;
}

/** An object with the same own properties, but for those left out; undefined when there are none. */
function ownProperties(
  owner: object,
  leaveOut: (key: PropertyKey, property: PropertyDescriptor) => boolean,
): object | undefined {
  let copy: object | undefined;
  for (const key of Reflect.ownKeys(owner)) {
    const property = Object.getOwnPropertyDescriptor(owner, key);
    if (property === undefined || leaveOut(key, property)) continue;
    copy ??= Object.create(null) as object; // a bare object
    Object.defineProperty(copy, key, property);
  }
  return copy;
}
