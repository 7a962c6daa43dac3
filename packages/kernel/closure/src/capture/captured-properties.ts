import type { FunctionEntry } from '../function-definition.ts';
import type { AnyFunction, CapturedTable } from './captured-table.ts';
import { comesWithText, isInherent, ownProperties } from './own-properties.ts';

/** Properties that were put on the function or on its prototype, and prototypes other than the usual. */
export function captureProperties(fn: AnyFunction, entry: FunctionEntry, table: CapturedTable): void {
  const isPlainClass = entry.parsed.kind === 'class';
  const { source } = entry.parsed;
  const isWritten = (property: PropertyDescriptor) => isPlainClass && comesWithText(source, property);
  const own = ownProperties(fn, (key, property) => isInherent(key) || isWritten(property));
  // Its static fields were made with the class as `this`.
  if (own !== undefined && isPlainClass)
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(own)) as PropertyDescriptor[])
      if (typeof value === 'function') table.path.at('properties', () => table.number(value, fn));
  if (own !== undefined) entry.properties = table.place(own, 'properties');
  if (!Object.isExtensible(fn))
    entry.integrity = Object.isFrozen(fn) ? 'freeze' : Object.isSealed(fn) ? 'seal' : 'preventExtensions';
  const prototype: unknown = fn.prototype;
  if (typeof prototype === 'object' && prototype !== null && entry.parsed.node.type !== 'ArrowFunctionExpression') {
    const added = ownProperties(prototype, (key, property) => key === 'constructor' || isWritten(property));
    if (added !== undefined) entry.prototypeProperties = table.place(added, 'prototype');
  }
  if (isPlainClass) return;
  const kind: unknown = Object.getPrototypeOf(fn);
  if (kind !== Function.prototype && !FUNCTION_PROTOTYPES.has(kind) && !isUsualElsewhere(kind))
    entry.prototype = table.place(kind, '[[Prototype]]');
  if (typeof prototype !== 'object' || prototype === null || isBareKind(fn)) return;
  const base: unknown = Object.getPrototypeOf(prototype);
  if (base !== Object.prototype && !isUsualElsewhere(base)) entry.prototypeOfPrototype = table.place(base, 'prototype');
}

/** What generator and async functions inherit from; they come with the text. */
const FUNCTION_PROTOTYPES = new Set<unknown>(
  [async () => {}, function* () {}, async function* () {}].map((fn) => Object.getPrototypeOf(fn)),
);

/** Whether it is what functions or objects of another realm inherit from, as `node:vm` makes them. */
function isUsualElsewhere(prototype: unknown): boolean {
  if (prototype === null || prototype === undefined) return false;
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof owner !== 'function' || Object.prototype.isPrototypeOf.call(Function.prototype, owner)) return false;
  return (
    /^(?:Object|(?:Async)?(?:Generator)?Function)$/.test(owner.name) &&
    /\{ \[native code\] \}$/.test(Function.prototype.toString.call(owner))
  );
}

/** Generators have prototypes of their own kind. */
function isBareKind(fn: AnyFunction): boolean {
  return FUNCTION_PROTOTYPES.has(Object.getPrototypeOf(fn));
}
