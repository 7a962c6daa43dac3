import type { AnyNode, Pattern } from 'acorn';

/** What of a declaration's pattern is code, in order: its defaults and computed keys. Its names are new. */
export function* patternCode(pattern: Pattern): Generator<AnyNode> {
  switch (pattern.type) {
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') yield* patternCode(property.argument);
        else {
          if (property.computed) yield property.key;
          yield* patternCode(property.value);
        }
      }
      return;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element) yield* patternCode(element);
      return;
    case 'AssignmentPattern':
      yield* patternCode(pattern.left);
      yield pattern.right;
      return;
    case 'RestElement':
      yield* patternCode(pattern.argument);
      return;
    default:
  }
}
