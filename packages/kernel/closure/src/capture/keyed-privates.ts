import { ValueEncodingError } from '@lithops/worker/values';
import { classChain, privateKeys } from '../analyze/class-chain.ts';
import type { TableEntry } from '../function-definition.ts';

/** Gives each private field of an instance the key under which its class knows it; V8 tells them by name only, those of bases first. */
export function keyedPrivates(
  fields: readonly (readonly [name: string, value: unknown])[],
  entries: readonly TableEntry[],
  index: number,
): Record<string, unknown> {
  const keys = [...privateKeys(entries, index).values()].flatMap((names) => [...names]);
  const keyed: Record<string, unknown> = {};
  for (const [name, value] of fields) {
    const at = keys.findIndex(([declared]) => declared === name);
    if (at < 0) throw foreign(entries, index, name);
    const [[, key = name] = []] = keys.splice(at, 1);
    keyed[key ?? name] = value;
  }
  return keyed;
}

function foreign(entries: readonly TableEntry[], index: number, name: string): ValueEncodingError {
  const entry = entries[classChain(entries, index).at(-1) ?? index];
  const owner = entry?.kind === 'function' ? `a base of class ${entry.name}` : 'its class';
  return new ValueEncodingError(
    'value',
    `it has a private field ${name} of ${owner}, which is a package's, and cannot be set from outside`,
    'make it inside the task, or pass what it is made from',
  );
}

const classesWithPrivates = new WeakMap<object, boolean>();

/** To ask V8 for private fields costs a fraction of a ms, for each instance; classes without a `#` in their text have none. */
export function mayHavePrivates(instance: object): boolean {
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
