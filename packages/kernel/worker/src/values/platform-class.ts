import { ERROR_CLASSES, VIEW_CLASSES } from './rich-form.ts';

/**
 * Whether a class is one of the language's or of Node's whose instances can be made again from what is seen of them.
 * Those of another realm, as `node:vm` makes them, count as this one's, as they do for a structured clone.
 */
export function isOpenClass(owner: unknown): boolean {
  return openClasses().has(owner) || isOpenElsewhere(owner);
}

/** Whether a class is a global of every process. A user's own, put there by an assignment or by a script, is enumerable. */
export function isGlobalClass(owner: unknown): boolean {
  if (typeof owner !== 'function' || !Object.hasOwn(globalThis, owner.name)) return false;
  if (Object.prototype.propertyIsEnumerable.call(globalThis, owner.name)) return false;
  return Reflect.get(globalThis, owner.name) === owner;
}

let cached: ReadonlySet<unknown> | undefined;

/** Not before they are asked for: Node loads some when they are first looked at. */
function openClasses(): ReadonlySet<unknown> {
  cached ??= new Set<unknown>([
    ...[Object, Function, Array, Map, Set, Date, RegExp, Boolean, Number, String, Symbol, BigInt, Iterator],
    ...[ArrayBuffer, Buffer, URL, URLSearchParams, DOMException, Object.getPrototypeOf(Uint8Array)],
    ...Object.values(ERROR_CLASSES),
    ...Object.values(VIEW_CLASSES),
    Reflect.get(globalThis, 'Float16Array'),
  ]);
  return cached;
}

function isOpenElsewhere(owner: unknown): boolean {
  if (typeof owner !== 'function' || Object.prototype.isPrototypeOf.call(Function.prototype, owner)) return false;
  const isNative = /\{ \[native code\] \}$/.test(Function.prototype.toString.call(owner));
  return isNative && openClasses().has(Reflect.get(globalThis, owner.name));
}
