import { classChain } from '../analyze/class-chain.ts';
import type { FunctionEntry, TableEntry } from '../function-definition.ts';
import { editFunction } from './edited-function.ts';
import type { ModuleText } from './module-text.ts';

/** A class, with the arrow functions that need its private names inside of it. */
export function writeClass(text: ModuleText, entries: readonly TableEntry[], index: number): void {
  const entry = entries[index] as FunctionEntry; // classes are functions
  const { parsed, enclosed } = entry;
  if (enclosed.length === 0) return writeFunction(text, entry, index);
  const blocks = enclosed.map((number) => {
    const inner = entries[number] as FunctionEntry; // only functions are enclosed
    return `static { $enclosed[${number}] = $named((0, ${editFunction(inner).text}), ${JSON.stringify(inner.name)}); }`;
  });
  const end = parsed.node.end - parsed.offset - 1;
  const edits = [...entry.edits, { start: end, end, text: ` ${blocks.join(' ')} ` }];
  writeFunction(text, { ...entry, edits }, index);
}

export function writeFunction(text: ModuleText, entry: FunctionEntry, index: number): void {
  const edited = editFunction(entry);
  const name = JSON.stringify(entry.name);
  const { kind } = entry.parsed;
  if (kind === 'class' || kind === 'expression') {
    text.functionLines(`const $t${index} = $named((0, `, edited, `), ${name});`, entry);
    return;
  }
  // What `super` means is set when the objects are there.
  text.functionLines(`const $h${index} = { `, edited, ` }; const $t${index} = $member($h${index}, ${name});`, entry);
}

/** Classes after those that they extend. */
export function classOrder(entries: readonly TableEntry[]): number[] {
  const order = new Set<number>();
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'function' && entry.parsed.kind === 'class')
      for (const number of classChain(entries, index).reverse()) order.add(number);
  }
  return [...order];
}
