import * as types from 'node:util/types';
import { type FunctionFacts, functionFacts } from '../inspect/function-facts.ts';
import { builtInExpression } from '../link/built-ins.ts';

/** Functions, and objects that are more than data, may come from a package. */
export function mayBeImported(value: unknown, user: FunctionFacts): boolean {
  if (typeof value === 'function')
    return (
      builtInExpression(value) === undefined && functionFacts(value).location?.scriptId !== user.location?.scriptId
    );
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isData(value)) return false;
  if (builtInExpression(value) !== undefined) return false;
  return Object.getPrototypeOf(value) !== Object.prototype || mayBeImported(firstMethod(value), user);
}

function isData(value: object): boolean {
  return (
    types.isArrayBufferView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isDate(value) ||
    types.isRegExp(value)
  );
}

/** What a CommonJS module exports is a plain object of functions. */
function firstMethod(object: object): unknown {
  for (const key in object) {
    const value: unknown = Object.getOwnPropertyDescriptor(object, key)?.value;
    if (typeof value === 'function') return value;
  }
  return undefined;
}

/** The namespace of a module, also of one that was made from an ES module. */
export function isModuleLike(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Reflect.get(value, Symbol.toStringTag) === 'Module' || Object.hasOwn(value, '__esModule'))
  );
}
