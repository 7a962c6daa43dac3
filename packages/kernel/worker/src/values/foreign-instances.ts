import { CONFIGURABLE, type Property, type RichNode, type RichValue, WRITABLE } from './rich-form.ts';
import { ValueDecodingError } from './value-errors.ts';

/** Key, in the registry of symbols, under which what was an instance of a class bears the class's name. */
export const CLASS_NAME = 'lithops.class';

/**
 * A value without the classes of the program that shipped it, for a program that does not have them: instances become
 * plain objects (arrays, maps, errors, ...) with the name of their class under `Symbol.for('lithops.class')`, private
 * fields among the properties that are not enumerable.
 * @throws ValueDecodingError when a function or a class is itself a part of the value.
 */
export function withoutClasses(rich: RichValue, names: readonly string[]): RichValue {
  return { root: rich.root, nodes: rich.nodes.map((node) => withoutClass(node, names)) };
}

function withoutClass(node: RichNode, names: readonly string[]): RichNode {
  if (node.kind === 'table') {
    const name = names[Number(node.data)] ?? '(anonymous)';
    throw new ValueDecodingError(
      `the value holds ${name}, a function or class of the program that submitted the job, which this program does not have; return plain data`,
    );
  }
  if (node.of === undefined) return node;
  const { of, privates = [], properties = [], ...rest } = node;
  const name = names[of] ?? '(anonymous)';
  const hidden = WRITABLE | CONFIGURABLE;
  const added: Property[] = [
    [['for', CLASS_NAME], name, CONFIGURABLE],
    ...privates.map(([field, value]): Property => [field, value, hidden]),
  ];
  // A class of errors usually has its name on the prototype.
  if (node.kind === 'error' && !properties.some(([key]) => key === 'name')) added.push(['name', name, hidden]);
  return { ...rest, properties: [...properties, ...added] };
}
