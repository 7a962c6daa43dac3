import * as types from 'node:util/types';
import type { ValueTable } from '@lithops/worker/values';
import type { Class } from 'acorn';
import { classEdits, hasPrivateNames, privateNames } from '../analyze/class-edits.ts';
import type { Reference } from '../analyze/references.ts';
import { emitModule } from '../emit/emit-module.ts';
import type { FunctionModule } from '../emit/function-module.ts';
import { literal } from '../emit/literal.ts';
import { StackMapper } from '../emit/stack-mapper.ts';
import type { FunctionEntry, LinkEntry, TableEntry, Variable, VariableValue } from '../function-definition.ts';
import {
  type FunctionFacts,
  functionFacts,
  privateFields,
  readVariable,
  type SourceLocation,
  UNINITIALIZED,
} from '../inspect/function-facts.ts';
import { builtInExpression, isStandardGlobal, nodeFunctionExpression } from '../link/built-ins.ts';
import { FileLinks } from '../link/file-links.ts';
import { isRequire, requireBase, requiredUrl } from '../link/require-function.ts';
import { SerializationError } from '../serialization-error.ts';
import { CapturedObjects } from './captured-objects.ts';
import { CapturedScopes, type ScopeRecord } from './captured-scopes.ts';
import { analysisOf, type FunctionAnalysis } from './function-analysis.ts';
import { homeOf, isClass } from './home-object.ts';
import { keyedPrivates, mayHavePrivates } from './keyed-privates.ts';
import { comesWithText, isBare, isInherent, ownProperties } from './own-properties.ts';
import { receiverOf } from './receiver.ts';
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
  readonly #objects = new CapturedObjects();
  readonly #variables: Variable[] = [];
  readonly #scopes = new CapturedScopes();
  readonly #links = new FileLinks();
  readonly #standIns = new StandIns();
  readonly #options: CaptureOptions;
  readonly #stackMapper = new StackMapper();
  /** Of the function itself: what is in its package is the user's own. */
  #home: FunctionFacts | undefined;
  #path: string;
  #isComplete = false;
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
    this.native = target?.kind === 'link' && target.url === undefined && target.late !== true;
    if (entry?.kind === 'function') this.#refuseUnbound(entry);
    this.#complete();
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

  /**
   * Adds a function or class that values refer to, and returns its number.
   * @param holder The object it was found on.
   * @param path How it is reached, for errors.
   * @throws SerializationError
   */
  include(value: object, holder?: object, path: string = this.name): number {
    if (holder !== undefined) this.#scopes.foundOn(value, holder);
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.#built = undefined;
    const before = this.#path;
    this.#path = path;
    try {
      const index = this.#add(value, holder);
      if (this.#isComplete) this.#complete();
      return index;
    } finally {
      this.#path = before;
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
    return fields.length === 0 ? undefined : keyedPrivates(fields, this.#entries, index);
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
      objects: this.#objects.encoded,
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
    const table: ValueTable = {
      entries: this.#table,
      indexOf: (value, holder, place) => {
        const known = this.indexOf(value);
        if (known >= 0 || typeof value !== 'function') return known;
        return this.include(value, holder, place && this.#objects.pathOf(place()));
      },
      standIn: (object) => this.standIn(object),
      instances: {
        read: (index, instance) => this.readPrivates(index, instance),
        create: () => undefined,
        write: () => undefined,
      },
    };
    this.#objects.encode(table);
    this.#scopes.separate((variable) => this.#copyVariable(variable));
    this.#isComplete = true;
  }

  #add(value: object, holder: object | undefined): number {
    const index = this.#table.length;
    this.#table.push(value);
    this.#numbers.set(value, index);
    // Its place is taken before it is looked into: functions refer to each other in circles.
    this.#entries.push({ kind: 'link', expression: 'undefined' });
    this.#entries[index] = this.#define(value as AnyFunction, index, holder); // tables hold functions, but for linked objects
    return index;
  }

  #define(fn: AnyFunction, index: number, holder: object | undefined): TableEntry {
    const source = Function.prototype.toString.call(fn);
    const isNative = /\{\s*\[native code\]\s*\}\s*$/.test(source);
    const analysis = isNative ? undefined : this.#analysisOf(source);
    // What uses nothing from outside needs no look inside.
    if (analysis?.isClosed === true && isBare(fn)) return this.#defineFunction(fn, NO_FACTS, analysis, index, holder);
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
        requires: new Map(),
      };
    if (facts.location?.scriptId !== this.#home.location?.scriptId && this.#links.isNodes(facts))
      return this.#defineNodes(fn, facts);
    if (analysis !== undefined) return this.#defineFunction(fn, facts, analysis, index, holder);
    if (types.isProxy(fn)) throw this.#refuse('a Proxy cannot be copied', 'pass the function behind it');
    throw this.#refuse(
      `${fn.name || 'this'} is a native function that no built-in module has`,
      'call it in a function of your own',
    );
  }

  #analysisOf(source: string): FunctionAnalysis {
    try {
      return analysisOf(source);
    } catch (cause) {
      throw new SerializationError(
        this.#path,
        cause instanceof Error ? cause.message : String(cause),
        'write it as ES modules are written, and keep what it has from the function around it in a variable',
        { cause },
      );
    }
  }

  /** A function that Node's own code made, as `promisify` does. */
  #defineNodes(fn: AnyFunction, facts: FunctionFacts): LinkEntry {
    const expression = nodeFunctionExpression(fn, facts);
    if (expression !== undefined) return { kind: 'link', expression };
    throw this.#refuse(
      `${fn.name || 'this'} is a function inside of Node that no built-in module has`,
      'make it inside the task',
    );
  }

  #defineBound(fn: AnyFunction, bound: NonNullable<FunctionFacts['bound']>): TableEntry {
    const near = Object(bound.self) === bound.self ? (bound.self as object) : undefined; // what is its own object is one
    const target = this.#at('[[TargetFunction]]', () => this.#number(bound.target, near));
    const place = this.#object([bound.self, bound.args], 'bound this');
    return { kind: 'bound', target, place, name: fn.name, arity: fn.length };
  }

  #defineFunction(
    fn: AnyFunction,
    facts: FunctionFacts,
    { parsed, uses }: FunctionAnalysis,
    index: number,
    holder: object | undefined,
  ): TableEntry {
    const entry: FunctionEntry = {
      kind: 'function',
      parsed,
      uses,
      name: fn.name,
      location: lazyLocation(fn, facts),
      variables: new Map(),
      edits: [],
      enclosed: [],
      memberReferences: new Set(),
    };
    this.#entries[index] = entry;
    const isArrow = parsed.node.type === 'ArrowFunctionExpression';
    if (!isArrow && parsed.kind !== 'class' && (uses.usesSuper || uses.privateNames.length > 0)) {
      const member = this.#defineMember(fn, entry, holder);
      if (member !== undefined) return member;
    }
    if (isArrow) this.#captureReceiver(fn, facts, entry, index, holder);
    for (const reference of uses.references) {
      const variable = this.#variableOf(fn, reference, facts, entry);
      if (variable !== undefined) entry.variables.set(reference, variable);
    }
    this.#editMeta(entry, facts);
    if (parsed.kind === 'class') this.#defineClass(fn, entry, index);
    this.#captureProperties(fn, entry);
    return entry;
  }

  /** A method that can only stand where it is defined: it is taken from its class there, or from an object like its own. */
  #defineMember(fn: AnyFunction, entry: FunctionEntry, holder: object | undefined): LinkEntry | undefined {
    const home = homeOf(fn, holder);
    if (home?.owner !== undefined) {
      const owner = this.#number(home.owner, undefined);
      const key = literal(home.key);
      const place = home.object === home.owner ? `$t${owner}` : `$t${owner}.prototype`;
      if (key !== undefined)
        return {
          kind: 'link',
          late: true,
          expression: `Object.getOwnPropertyDescriptor(${place}, ${key}).${home.part}`,
        };
    }
    if (home === undefined || entry.uses.privateNames.length > 0)
      throw this.#refuse(
        `this method uses ${entry.uses.usesSuper ? 'super' : `#${entry.uses.privateNames[0]}`}, and was found without its class or object`,
        howToPass(entry.name),
      );
    entry.home = this.#object(home.object, 'super');
    return undefined;
  }

  /** An arrow function has the `this` of the function around it, and may use the private names of the class around it. */
  #captureReceiver(
    fn: AnyFunction,
    facts: FunctionFacts,
    entry: FunctionEntry,
    index: number,
    holder: object | undefined,
  ): void {
    const { lexicalThis, usesSuper, privateNames: names } = entry.uses;
    if (usesSuper)
      throw this.#refuse(
        'this arrow function uses the super of the method around it',
        'keep what it needs in a variable of that method, and use the variable',
      );
    const receiver = lexicalThis.length > 0 ? receiverOf(fn, facts, holder) : undefined;
    if (lexicalThis.length > 0) {
      const variable = this.#makeVariable('self');
      variable.value = this.#at('this', () => this.#valueOf(receiver));
      for (const { start, end } of lexicalThis)
        entry.variables.set({ name: 'this', start, end, shorthand: false, write: false }, variable);
    }
    if (names.length === 0) return;
    const owner = enclosingClass(fn, [receiver, holder, ...this.#table]);
    if (owner === undefined)
      throw this.#refuse(
        `this arrow function uses #${names[0]} of a class that is not known`,
        'move it into a method of the class, and pass (item) => object.method(item)',
      );
    entry.enclosing = this.#number(owner, undefined);
    const enclosing = this.#entries[entry.enclosing];
    if (enclosing?.kind === 'function') enclosing.enclosed.push(index);
  }

  #defineClass(fn: AnyFunction, entry: FunctionEntry, index: number): void {
    const node = entry.parsed.node as Class; // by its kind
    const base: unknown = Object.getPrototypeOf(fn);
    if (typeof base === 'function' && base !== Function.prototype)
      entry.superclass = this.#at('extends', () => this.#number(base, undefined));
    const guarded = hasPrivateNames(node);
    if (guarded) entry.privates = privateNames(node);
    const superclass = entry.superclass === undefined ? undefined : `$t${entry.superclass}`;
    const { source, offset } = entry.parsed;
    const edits = classEdits(node, source, offset, superclass, guarded ? `$access[${index}]` : undefined);
    entry.edits.push(...edits);
    const statics = privateFields(fn);
    if (statics.length > 0) entry.staticPrivates = this.#object(Object.fromEntries(statics), 'private statics');
  }

  /** Properties that were put on the function or on its prototype, and prototypes other than the usual. */
  #captureProperties(fn: AnyFunction, entry: FunctionEntry): void {
    const isPlainClass = entry.parsed.kind === 'class';
    const { source } = entry.parsed;
    const isWritten = (property: PropertyDescriptor) => isPlainClass && comesWithText(source, property);
    const own = ownProperties(fn, (key, property) => isInherent(key) || isWritten(property));
    // Its static fields were made with the class as `this`.
    if (own !== undefined && isPlainClass)
      for (const { value } of Object.values(Object.getOwnPropertyDescriptors(own)) as PropertyDescriptor[])
        if (typeof value === 'function') this.#at('properties', () => this.#number(value, fn));
    if (own !== undefined) entry.properties = this.#object(own, 'properties');
    if (!Object.isExtensible(fn))
      entry.integrity = Object.isFrozen(fn) ? 'freeze' : Object.isSealed(fn) ? 'seal' : 'preventExtensions';
    const prototype: unknown = fn.prototype;
    if (typeof prototype === 'object' && prototype !== null && entry.parsed.node.type !== 'ArrowFunctionExpression') {
      const added = ownProperties(prototype, (key, property) => key === 'constructor' || isWritten(property));
      if (added !== undefined) entry.prototypeProperties = this.#object(added, 'prototype');
    }
    if (isPlainClass) return;
    const kind: unknown = Object.getPrototypeOf(fn);
    if (kind !== Function.prototype && !FUNCTION_PROTOTYPES.has(kind))
      entry.prototype = this.#object(kind, '[[Prototype]]');
    if (typeof prototype !== 'object' || prototype === null || isBareKind(fn)) return;
    const base: unknown = Object.getPrototypeOf(prototype);
    if (base !== Object.prototype) entry.prototypeOfPrototype = this.#object(base, 'prototype');
  }

  #variableOf(fn: object, reference: Reference, facts: FunctionFacts, entry: FunctionEntry): Variable | undefined {
    const { name } = reference;
    const depth = facts.scopes.findIndex(({ variables }) => Object.hasOwn(variables, name));
    const scope = facts.scopes[depth];
    if (scope === undefined) return this.#globalVariable(name, facts);
    const record = this.#scopes.record(facts, depth);
    const live = readVariable(scope, name);
    if (live === UNINITIALIZED)
      throw new SerializationError(
        `${this.#path} -> ${name}`,
        'it has no value yet',
        `call map after the line that defines ${name}`,
      );
    const member = reference.member?.name;
    if (member !== undefined && isModuleLike(live) && Object.hasOwn(live, member)) {
      entry.memberReferences.add(reference);
      return this.#variableIn(record, `${name}.${member}`, member, facts, live[member]);
    }
    this.#scopes.use(record, { fn, facts, entry }, reference, name);
    const variable = this.#variableIn(record, name, name, facts, live);
    if (reference.required !== undefined) this.#noteRequired(live, reference.required);
    return variable;
  }

  #noteRequired(fn: unknown, specifier: string): void {
    if (typeof fn !== 'function') return;
    const entry = this.#entries[this.#numbers.get(fn) ?? -1];
    if (entry?.kind !== 'link' || entry.requires === undefined) return;
    const url = requiredUrl(fn as AnyFunction, specifier);
    if (url !== undefined) entry.requires.set(specifier, url);
  }

  #globalVariable(name: string, facts: FunctionFacts): Variable | undefined {
    if (!Object.hasOwn(globalThis, name) || isStandardGlobal(name)) return undefined;
    return this.#variableIn(this.#scopes.global(), name, name, facts, Reflect.get(globalThis, name));
  }

  #variableIn(record: ScopeRecord, key: string, name: string, facts: FunctionFacts, live: unknown): Variable {
    const known = record.variables.get(key);
    if (known !== undefined) return known;
    const variable = this.#makeVariable(name);
    record.variables.set(key, variable);
    if (mayBeImported(live, facts)) this.#links.visit(facts);
    variable.value = this.#at(name, () => this.#valueOf(live));
    return variable;
  }

  #makeVariable(name: string): { readonly name: string; value: VariableValue } {
    const variable: { name: string; value: VariableValue } = {
      name: `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : 'value'}$L${this.#variables.length}`,
      value: { kind: 'literal', text: 'undefined' },
    };
    this.#variables.push(variable);
    return variable;
  }

  #copyVariable({ name, value }: Variable): Variable {
    const copy = this.#makeVariable(name.replace(/\$L\d+$/, ''));
    copy.value = value;
    this.#built = undefined;
    return copy;
  }

  #valueOf(value: unknown): VariableValue {
    const text = literal(value);
    if (text !== undefined) return { kind: 'literal', text };
    if (typeof value === 'symbol')
      throw this.#refuse(`${String(value)} exists only in this process`, 'use Symbol.for(key)');
    if (typeof value === 'function') return { kind: 'entry', index: this.#number(value, undefined) };
    if (typeof value === 'object' && value !== null) {
      const linked = this.indexOf(value);
      if (linked >= 0) return { kind: 'entry', index: linked };
    }
    return { kind: 'object', place: this.#object(value, '') };
  }

  #object(value: unknown, step: string): number {
    return this.#objects.add(value, step === '' ? this.#path : `${this.#path} -> ${step}`);
  }

  #number(value: object, holder: object | undefined): number {
    return this.#numbers.get(value) ?? this.#add(value, holder);
  }

  /** An object that is there in the other process too: a module, `process`, `Math`, the prototype of a shipped class. */
  #linkObject(value: object): number {
    const expression = builtInExpression(value);
    const link = expression === undefined ? this.#links.linkOf(value) : { kind: 'link' as const, expression };
    if (link !== undefined) return this.#addLink(value, link);
    const owner: unknown = Object.getOwnPropertyDescriptor(value, 'constructor')?.value;
    if (typeof owner !== 'function' || owner.prototype !== value) return -1;
    const number = this.#number(owner, undefined);
    return (
      this.#numbers.get(value) ??
      this.#addLink(value, { kind: 'link', expression: `$t${number}.prototype`, late: true })
    );
  }

  #addLink(value: object, link: LinkEntry): number {
    const index = this.#table.length;
    this.#table.push(value);
    this.#numbers.set(value, index);
    this.#entries.push(link);
    this.#built = undefined;
    return index;
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
      if (source.type !== 'Literal' || typeof source.value !== 'string') {
        const base = JSON.stringify(this.#links.baseOf(file));
        entry.edits.push({ start: source.start - offset, end: source.start - offset, text: `$from(${base}, ` });
        entry.edits.push({ start: source.end - offset, end: source.end - offset, text: ')' });
        continue;
      }
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
      howToPass(entry.name),
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

/** What to pass in the place of a method on its own. */
function howToPass(name: string): string {
  const [, accessor, property] = /^(get|set) (.*)$/.exec(name) ?? [];
  if (accessor === undefined) return `pass object.${name}.bind(object), or (item) => object.${name}(item)`;
  return `pass ${accessor === 'get' ? `() => object.${property}` : `(item) => { object.${property} = item; }`}`;
}

/** Of a function that nothing needs to be known of. */
const NO_FACTS: FunctionFacts = { scopes: [], location: undefined, bound: undefined };

/** What generator and async functions inherit from; they come with the text. */
const FUNCTION_PROTOTYPES = new Set<unknown>(
  [async () => {}, function* () {}, async function* () {}].map((fn) => Object.getPrototypeOf(fn)),
);

/** Generators have prototypes of their own kind. */
function isBareKind(fn: AnyFunction): boolean {
  return FUNCTION_PROTOTYPES.has(Object.getPrototypeOf(fn));
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

/** The class in whose text an arrow function stands: one of these, or of which these are instances. */
function enclosingClass(fn: AnyFunction, near: readonly unknown[]): object | undefined {
  const text = Function.prototype.toString.call(fn);
  const holdsText = (candidate: unknown): candidate is object =>
    typeof candidate === 'function' && isClass(candidate) && Function.prototype.toString.call(candidate).includes(text);
  for (const start of near) {
    if (holdsText(start)) return start;
    for (let object = start; typeof object === 'object' && object !== null; object = Object.getPrototypeOf(object)) {
      const owner: unknown = Object.getOwnPropertyDescriptor(object, 'constructor')?.value;
      if (holdsText(owner)) return owner;
    }
  }
  return undefined;
}

function isModuleLike(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Reflect.get(value, Symbol.toStringTag) === 'Module' || Object.hasOwn(value, '__esModule'))
  );
}

/** Functions, and objects that are more than data, may come from a package. */
function mayBeImported(value: unknown, user: FunctionFacts): boolean {
  if (typeof value === 'function')
    return (
      builtInExpression(value) === undefined && functionFacts(value).location?.scriptId !== user.location?.scriptId
    );
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (builtInExpression(value) !== undefined) return false;
  return Object.getPrototypeOf(value) !== Object.prototype || mayBeImported(firstMethod(value), user);
}

/** What a CommonJS module exports is a plain object of functions. */
function firstMethod(object: object): unknown {
  for (const key in object) {
    const value: unknown = Object.getOwnPropertyDescriptor(object, key)?.value;
    if (typeof value === 'function') return value;
  }
  return undefined;
}
