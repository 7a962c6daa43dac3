import type { FunctionEntry, TableEntry } from '../function-definition.ts';

/** The numbers of a class and of those that it extends, as far as they are shipped. */
export function classChain(entries: readonly TableEntry[], start: number): number[] {
  const chain: number[] = [];
  for (let index: number | undefined = start; index !== undefined; ) {
    const entry: TableEntry | undefined = entries[index];
    if (entry?.kind !== 'function' || entry.parsed.kind !== 'class') break;
    chain.push(index);
    index = entry.superclass;
  }
  return chain;
}

/** The key of each private name of a class and its bases, by class, the base first: two of them may use the same name. */
export function privateKeys(entries: readonly TableEntry[], start: number): Map<number, Map<string, string>> {
  const keys = new Map<number, Map<string, string>>();
  const times = new Map<string, number>();
  for (const index of classChain(entries, start).reverse()) {
    const { privates } = entries[index] as FunctionEntry; // a chain holds classes only
    if (privates === undefined) continue;
    const own = new Map<string, string>();
    for (const name of privates.instance) {
      const count = times.get(name) ?? 0;
      times.set(name, count + 1);
      own.set(name, count === 0 ? name : `${name} ${count}`);
    }
    keys.set(index, own);
  }
  return keys;
}
