import type { FunctionEntry } from '../function-definition.ts';
import type { CaptureParts, FoundFunction } from './capture-parts.ts';
import type { AnyFunction } from './captured-table.ts';
import { isClass } from './home-object.ts';
import { receiverOf } from './receiver.ts';

/** An arrow function has the `this` of the function around it, and may use the private names of the class around it. */
export function captureReceiver(
  { table, variables }: CaptureParts,
  { fn, facts, index, holder }: FoundFunction,
  entry: FunctionEntry,
): void {
  const { lexicalThis, usesSuper, privateNames: names } = entry.uses;
  if (usesSuper)
    throw table.path.error(
      'this arrow function uses the super of the method around it',
      'keep what it needs in a variable of that method, and use the variable',
    );
  const found = lexicalThis.length > 0 ? receiverOf(fn, facts, holder) : undefined;
  if (found !== undefined && 'kind' in found)
    throw table.path.error(
      `this arrow function uses a \`this\` that is a ${found.kind}, which V8 does not tell`,
      'keep it in a variable of the function around it, and use the variable',
    );
  const receiver = found?.value;
  if (lexicalThis.length > 0) {
    const variable = variables.make('self');
    variable.value = table.path.at('this', () => variables.valueOf(receiver));
    for (const { start, end } of lexicalThis)
      entry.variables.set({ name: 'this', start, end, shorthand: false, write: false }, variable);
  }
  if (names.length === 0) return;
  const owner = enclosingClass(fn, [receiver, holder, ...table.values]);
  if (owner === undefined)
    throw table.path.error(
      `this arrow function uses #${names[0]} of a class that is not known`,
      'move it into a method of the class, and pass (item) => object.method(item)',
    );
  entry.enclosing = table.number(owner, undefined);
  const enclosing = table.entries[entry.enclosing];
  if (enclosing?.kind === 'function') enclosing.enclosed.push(index);
}

/** The class in whose text an arrow function stands: one of these, or of which these are instances. */
function enclosingClass(fn: AnyFunction, near: readonly unknown[]): object | undefined {
  const text = Function.prototype.toString.call(fn);
  const holdsText = (candidate: unknown): candidate is object =>
    typeof candidate === 'function' && isClass(candidate) && Function.prototype.toString.call(candidate).includes(text);
  for (const start of near) {
    if (holdsText(start)) return start;
    for (let object = start; typeof object === 'object' && object !== null; object = Object.getPrototypeOf(object)) {
      const owner: unknown = Object.getOwnPropertyDescriptor(object, 'constructor')?.value;
      if (holdsText(owner)) return owner;
    }
  }
  return undefined;
}
