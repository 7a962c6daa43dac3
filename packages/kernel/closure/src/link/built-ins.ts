import { isBuiltin } from 'node:module';
import type { FunctionFacts } from '../inspect/function-facts.ts';

/**
 * How the same thing is written in another process: `Math.max`, `process.getBuiltinModule("fs").readFileSync`.
 * Undefined for what is not Node's or the language's own.
 */
export function builtInExpression(value: object): string | undefined {
  const loaded = loadedModules();
  if (loaded.length > seen) collect(loaded);
  return expressions.get(value) ?? hiddenGlobal(value) ?? hiddenObject(value);
}

/** Objects that Node has behind getters, by the names of their classes. */
const HIDDEN_OBJECTS = new Map<unknown, readonly [expression: string, read: () => unknown]>([
  ['Crypto', ['crypto', () => globalThis.crypto]],
  ['SubtleCrypto', ['crypto.subtle', () => globalThis.crypto.subtle]],
  ['Navigator', ['navigator', () => globalThis.navigator]],
]);

/** Looks at the class before the getter: to read that loads what it gives. */
function hiddenObject(value: object): string | undefined {
  const methods: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (typeof methods !== 'object' || methods === null) return undefined;
  const owner = dataValue(methods, 'constructor');
  const [expression, read] = HIDDEN_OBJECTS.get(typeof owner === 'function' && dataValue(owner, 'name')) ?? [];
  if (expression === undefined || read?.() !== value) return undefined;
  add(value, expression);
  return expression;
}

/** Older Nodes have classes such as `AbortController` behind getters, which load them: one is read when there is such a class. */
function hiddenGlobal(value: object): string | undefined {
  if (typeof value !== 'function') return undefined;
  const name: unknown = dataValue(value, 'name');
  if (typeof name !== 'string' || !/^(?:[A-Z]|structuredClone$)/.test(name)) return undefined;
  if (!Object.hasOwn(globalThis, name) || !isStandardGlobal(name)) return undefined;
  const maker = MAKERS.get(name);
  if (maker !== undefined && !loadedModules().includes(`NativeModule ${maker}`)) return undefined;
  if (Reflect.get(globalThis, name) !== value) return undefined;
  if (add(value, name)) addMembers(value, name);
  return name;
}

/**
 * How a function of Node's own code is written: one that a module has behind a getter, which is read for no other, or made
 * again, as what `promisify` gives for a built-in function.
 */
export function nodeFunctionExpression(fn: object, { scopes }: FunctionFacts): string | undefined {
  const name = dataValue(fn, 'name');
  for (const specifier of typeof name === 'string' && /^[A-Za-z_$][\w$]*$/.test(name) ? modules : []) {
    const module = process.getBuiltinModule(specifier) as object; // it is loaded
    if (Object.hasOwn(module, String(name)) && Reflect.get(module, String(name)) === fn) {
      const expression = `${moduleExpression(specifier)}.${String(name)}`;
      add(fn, expression);
      return expression;
    }
  }
  const { promisify } = process.getBuiltinModule('util');
  for (const { variables } of scopes)
    for (const name of ['original', 'orig']) {
      const original: unknown = Object.getOwnPropertyDescriptor(variables, name)?.value;
      const expression = typeof original === 'function' ? builtInExpression(original) : undefined;
      if (expression === undefined || typeof original !== 'function') continue;
      const isPromisified = Reflect.get(original, promisify.custom) === fn || variables === scopes[0]?.variables;
      if (isPromisified) return `process.getBuiltinModule("util").promisify(${expression})`;
    }
  return undefined;
}

/** Whether a global variable of that name is there in every process, rather than put there by the user. */
export function isStandardGlobal(name: string): boolean {
  // Its descriptor is not asked for: V8 makes the value for that, and may load half of Node.
  if (!Object.hasOwn(globalThis, name)) return true;
  if (!Object.prototype.propertyIsEnumerable.call(globalThis, name))
    return !isBuiltin(name) || STANDARD_NAMES.has(name);
  return NODE_GLOBALS.has(name);
}

/** Enumerable properties of Node's own global object. */
const NODE_GLOBALS = new Set([
  'global',
  'clearImmediate',
  'setImmediate',
  'clearInterval',
  'clearTimeout',
  'setInterval',
  'setTimeout',
  'queueMicrotask',
  'structuredClone',
  'atob',
  'btoa',
  'performance',
  'fetch',
  'navigator',
  'crypto',
  'localStorage',
  'sessionStorage',
  'console',
  'process',
  'Buffer',
]);

/** Behind getters, which have nothing to load. */
const ALWAYS_LOADED = new Set(['process', 'Buffer']);

/** Names of built-in modules that are also global in every process. */
const STANDARD_NAMES = new Set(['process', 'console', 'crypto', 'performance', 'navigator']);

/**
 * Globals that Node makes when they are first looked at, by the module that makes them. Nobody can hold one, or what is in it,
 * before that module is loaded; and to load it takes up to 70 ms. Others of the kind cost too little to be told apart.
 */
const MADE_ON_DEMAND: Readonly<Record<string, readonly string[]>> = {
  'internal/deps/undici/undici': [
    ...['FormData', 'Headers', 'Request', 'Response', 'MessageEvent', 'WebSocket', 'CloseEvent', 'EventSource'],
    'ErrorEvent',
  ],
  'internal/webstreams/readablestream': [
    ...['ReadableStream', 'ReadableStreamDefaultReader', 'ReadableStreamBYOBReader', 'ReadableStreamBYOBRequest'],
    ...['ReadableByteStreamController', 'ReadableStreamDefaultController'],
  ],
  'internal/webstreams/writablestream': [
    ...['WritableStream', 'WritableStreamDefaultController', 'WritableStreamDefaultWriter'],
  ],
  'internal/webstreams/transformstream': ['TransformStream', 'TransformStreamDefaultController'],
  'internal/webstreams/queuingstrategies': ['ByteLengthQueuingStrategy', 'CountQueuingStrategy'],
  'internal/webstreams/encoding': ['TextEncoderStream', 'TextDecoderStream'],
  'internal/webstreams/compression': ['CompressionStream', 'DecompressionStream'],
  'internal/navigator': ['Navigator'],
};
const MAKERS = new Map(Object.entries(MADE_ON_DEMAND).flatMap(([maker, names]) => names.map((name) => [name, maker])));

const expressions = new Map<object, string>();
/** Those that have been looked through. */
const modules = new Set<string>();
/** So many of the loaded modules were looked through. */
let seen = 0;

/** Entries such as `NativeModule fs`, in the order in which they were loaded. */
function loadedModules(): readonly string[] {
  return Reflect.get(process, 'moduleLoadList') as readonly string[]; // what Node has there
}

/** Looks through the globals, and the modules that were loaded since the last time. To load others would cost more than it finds. */
function collect(loaded: readonly string[]): void {
  const ids = loaded.map((entry) => /^NativeModule (.+)$/.exec(entry)?.[1]);
  const isFirst = seen === 0;
  const news = new Set(ids.slice(seen));
  seen = loaded.length;
  if (isFirst) {
    add(globalThis, 'globalThis');
    addIntrinsics();
  }
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const maker = MAKERS.get(name);
    if ((maker === undefined ? isFirst : news.has(maker)) && isStandardGlobal(name)) addGlobal(name);
  }
  if (isFirst) for (const name of ['process', 'console', 'Buffer', 'performance', 'fetch', 'crypto']) addGlobal(name);
  for (const id of news) {
    if (id === undefined || id.startsWith('internal/') || id.startsWith('_')) continue;
    // Some have no other name than the one with the scheme.
    const specifier = [id, `node:${id}`].find(isBuiltin);
    const module = specifier === undefined ? undefined : process.getBuiltinModule(specifier);
    if (specifier !== undefined && module !== undefined) addModule(module, specifier);
  }
}

/** One may be known as a member of another: `path/win32`. */
function addModule(module: object, specifier: string): void {
  modules.add(specifier);
  add(module, moduleExpression(specifier));
  addMembers(module, expressions.get(module) ?? moduleExpression(specifier));
}

function moduleExpression(specifier: string): string {
  return `process.getBuiltinModule(${JSON.stringify(specifier)})`;
}

/** What has no name in any scope, but is reached from something that has. */
function addIntrinsics(): void {
  const reached: readonly (readonly [value: object, expression: string])[] = [
    [Object.getPrototypeOf(Uint8Array), 'Object.getPrototypeOf(Uint8Array)'],
    [(async () => {}).constructor, '(async () => {}).constructor'],
    [function* () {}.constructor, '(function* () {}).constructor'],
    [async function* () {}.constructor, '(async function* () {}).constructor'],
  ];
  for (const [value, expression] of reached) if (add(value, expression)) addMembers(value, expression);
}

function addGlobal(name: string): void {
  const value = ALWAYS_LOADED.has(name) ? Reflect.get(globalThis, name) : dataValue(globalThis, name);
  if (isNative(value) && add(value, name)) addMembers(value, name);
}

/** Whether it was not known. */
function add(value: unknown, expression: string): value is object {
  if ((typeof value !== 'function' && typeof value !== 'object') || value === null || expressions.has(value))
    return false;
  expressions.set(value, expression);
  return true;
}

function addMembers(owner: object, expression: string): void {
  for (const name of Object.getOwnPropertyNames(owner)) {
    const value = dataValue(owner, name);
    const member = `${expression}.${name}`;
    if (!/^[A-Za-z_$][\w$]*$/.test(name) || !add(value, member)) continue;
    const methods =
      name === 'prototype' ? value : typeof value === 'function' ? dataValue(value, 'prototype') : undefined;
    if ((typeof methods === 'object' && methods !== null) || typeof methods === 'function') {
      if (name !== 'prototype') add(methods, `${member}.prototype`);
      const base = name === 'prototype' ? member : `${member}.prototype`;
      for (const method of Object.getOwnPropertyNames(methods)) {
        if (method !== 'constructor' && /^[A-Za-z_$][\w$]*$/.test(method))
          add(dataValue(methods, method), `${base}.${method}`);
      }
    }
    // `Buffer.from`, `Readable.from`, `process.hrtime.bigint`
    if (typeof value === 'function' && name !== 'constructor') addStatics(value, member);
    if (name === 'promises' && typeof value === 'object') addMembers(value, member);
  }
}

function addStatics(owner: object, expression: string): void {
  for (const name of Object.getOwnPropertyNames(owner)) {
    const value = dataValue(owner, name);
    if (typeof value === 'function' && /^[A-Za-z_$][\w$]*$/.test(name)) add(value, `${expression}.${name}`);
  }
}

/** Reads no getter: those of Node's globals load modules, and some print warnings. */
function dataValue(owner: object, name: string): unknown {
  const property = Object.getOwnPropertyDescriptor(owner, name);
  return property !== undefined && 'value' in property ? property.value : undefined;
}

function isNative(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.prototype.toString.call(value) !== '[object Object]';
  return typeof value === 'function';
}
