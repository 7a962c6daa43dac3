/** An object with the same own properties, but for those left out; undefined when there are none. */
export function ownProperties(
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

/** Properties that every function has. */
export function isInherent(key: PropertyKey): boolean {
  return key === 'prototype' || key === 'length' || key === 'name' || key === 'arguments' || key === 'caller';
}

/** Of a class with that text: whether a property is a method or accessor that is written in it, and was not replaced since. */
export function comesWithText(source: string, property: PropertyDescriptor): boolean {
  const { value, get, set, enumerable } = property;
  if (enumerable === true) return false;
  const parts = [value, get, set].filter((part) => part !== undefined);
  return parts.length > 0 && parts.every((part) => typeof part === 'function' && source.includes(textOf(part)));
}

function textOf(fn: object): string {
  return Function.prototype.toString.call(fn);
}

/** Whether a function is no more than its text: nothing was put on it or on its prototype. */
export function isBare(fn: object): boolean {
  if (ownProperties(fn, isInherent) !== undefined) return false;
  const prototype: unknown = Reflect.get(fn, 'prototype');
  if (typeof prototype !== 'object' || prototype === null) return true;
  return ownProperties(prototype, (key) => key === 'constructor') === undefined;
}
