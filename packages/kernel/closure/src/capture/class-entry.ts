import type { Class } from 'acorn';
import { classEdits, hasPrivateNames, privateNames } from '../analyze/class-edits.ts';
import type { FunctionEntry } from '../function-definition.ts';
import { privateFields } from '../inspect/function-facts.ts';
import type { AnyFunction, CapturedTable } from './captured-table.ts';

/** What a class extends, and its private names. */
export function defineClass(fn: AnyFunction, entry: FunctionEntry, index: number, table: CapturedTable): void {
  const node = entry.parsed.node as Class; // by its kind
  const base: unknown = Object.getPrototypeOf(fn);
  if (typeof base === 'function' && base !== Function.prototype)
    entry.superclass = table.path.at('extends', () => table.number(base, undefined));
  const guarded = hasPrivateNames(node);
  if (guarded) entry.privates = privateNames(node);
  const superclass = entry.superclass === undefined ? undefined : `$t${entry.superclass}`;
  const { source, offset } = entry.parsed;
  const edits = classEdits(node, source, offset, superclass, guarded ? `$access[${index}]` : undefined);
  entry.edits.push(...edits);
  const statics = privateFields(fn);
  if (statics.length > 0) entry.staticPrivates = table.place(Object.fromEntries(statics), 'private statics');
}
