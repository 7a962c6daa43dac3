import { isBuiltin } from 'node:module';
import type { FunctionFacts } from '../inspect/function-facts.ts';

/**
 * How the same thing is written in another process: `Math.max`, `process.getBuiltinModule("fs").readFileSync`.
 * Undefined for what is not Node's or the language's own.
 */
export function builtInExpression(value: object): string | undefined {
  expressions ??= collect();
  return expressions.get(value);
}

/** How a function that Node's own code has made is made again: what `promisify` gives for a built-in function. */
export function nodeFunctionExpression(fn: object, { scopes }: FunctionFacts): string | undefined {
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
  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  if (property === undefined) return true;
  if (!property.enumerable) return !isBuiltin(name) || STANDARD_NAMES.has(name);
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

/** Names of built-in modules that are also global in every process. */
const STANDARD_NAMES = new Set(['process', 'console', 'crypto', 'performance', 'navigator']);

let expressions: Map<object, string> | undefined;

function collect(): Map<object, string> {
  const found = new Map<object, string>();
  const add = (value: unknown, expression: string): value is object => {
    if ((typeof value !== 'function' && typeof value !== 'object') || value === null || found.has(value)) return false;
    found.set(value, expression);
    return true;
  };
  add(globalThis, 'globalThis');
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value = dataValue(globalThis, name);
    if (!isStandardGlobal(name) || !isNative(value)) continue;
    if (add(value, name)) addMembers(value, name, add);
  }
  for (const name of ['process', 'console', 'Buffer', 'performance', 'fetch', 'crypto'] as const) {
    const value: unknown =
      Object.getOwnPropertyDescriptor(globalThis, name)?.get === undefined ? globalThis[name] : undefined;
    if (add(value, name)) addMembers(value, name, add);
  }
  // Only what is loaded: to load the others would cost more than it finds.
  const loaded = Reflect.get(process, 'moduleLoadList') as readonly string[];
  for (const entry of loaded) {
    const id = /^NativeModule (.+)$/.exec(entry)?.[1];
    if (id === undefined || id.startsWith('internal/') || id.startsWith('_') || !isBuiltin(id)) continue;
    const module: unknown = process.getBuiltinModule(id);
    const expression = `process.getBuiltinModule(${JSON.stringify(id)})`;
    if (add(module, expression)) addMembers(module, expression, add);
  }
  return found;
}

function addMembers(
  owner: object,
  expression: string,
  add: (value: unknown, expression: string) => value is object,
): void {
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
    if (name === 'promises' && typeof value === 'object') addMembers(value, member, add);
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
