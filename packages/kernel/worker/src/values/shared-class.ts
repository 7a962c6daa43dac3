/** Own static member, in the registry of symbols, of a class that both sides know by a name: its instances are data. */
const SHARED_NAME = Symbol.for('lithops.shared-class');
/** Where a process keeps those that are loaded in it, for all copies of this code. */
const LOADED = Symbol.for('lithops.shared-classes');

type AnyClass = abstract new (...args: never[]) => object;

/**
 * Makes a class known to the values codec of this process under a name, so that its instances travel whatever function is
 * shipped. They must be all in their own, ordinary properties: no constructor runs on the other side.
 */
export function shareClass(name: string, shared: AnyClass): void {
  Object.defineProperty(shared, SHARED_NAME, { value: name });
  loaded().set(name, shared);
}

/** The name of a shared class, loaded from whatever copy of its package. */
export function sharedNameOf(candidate: object): string | undefined {
  const name: unknown = Object.getOwnPropertyDescriptor(candidate, SHARED_NAME)?.value;
  return typeof name === 'string' ? name : undefined;
}

/** What instances of a shared class have as prototype here; where the class is not loaded, one that goes on under the same name. */
export function sharedPrototype(name: string): object {
  const found = loaded().get(name);
  if (found !== undefined) return found.prototype as object; // of a class
  const standIn = class {};
  Object.defineProperty(standIn, 'name', { value: name });
  Object.defineProperty(standIn, SHARED_NAME, { value: name });
  return standIn.prototype;
}

function loaded(): Map<string, AnyClass> {
  const holder = globalThis as { [LOADED]?: Map<string, AnyClass> }; // the one place that knows this symbol
  holder[LOADED] ??= new Map();
  return holder[LOADED];
}
