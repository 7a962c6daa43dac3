import type { Items } from './filling-lists.ts';

/** Items as they were given, if they can be gone through. A text is one of its characters. @throws TypeError */
export function iterableItems(items: Items<unknown>): Items<unknown> {
  const given: unknown = items; // plain JavaScript gives anything
  if (typeof given === 'string') return Array.from(given);
  if (typeof given === 'object' && given !== null && (Symbol.asyncIterator in given || Symbol.iterator in given))
    return items;
  throw new TypeError(`items were expected in an array or another iterable, not ${described(given)}`);
}

function described(given: unknown): string {
  if (given instanceof Promise) return 'a promise of one; await it first';
  if (given === undefined || given === null) return `${given}`;
  return `${typeof given === 'object' ? 'an object that is not iterable' : `a ${typeof given}`}; callAsync(fn, item) takes a single one`;
}
