import type { AnyNode, Identifier, Pattern } from 'acorn';

/** A part of what is assigned to: a name that is written, or code that says where. */
export type TargetPart =
  | {
      readonly written: Identifier /** `{ name }`: the property's key is not the variable. */;
      readonly shorthand: boolean;
    }
  | { readonly code: AnyNode };

/** What the left side of an assignment consists of, in order. */
export function* targetParts(target: Pattern | AnyNode): Generator<TargetPart> {
  switch (target.type) {
    case 'Identifier':
      return yield { written: target, shorthand: false };
    case 'ObjectPattern':
      for (const property of target.properties) {
        if (property.type === 'RestElement') {
          yield* targetParts(property.argument);
          continue;
        }
        if (property.computed) yield { code: property.key };
        if (property.shorthand) yield* shorthandParts(property.value);
        else yield* targetParts(property.value);
      }
      return;
    case 'ArrayPattern':
      for (const element of target.elements) if (element) yield* targetParts(element);
      return;
    case 'AssignmentPattern':
      yield* targetParts(target.left);
      return yield { code: target.right };
    case 'RestElement':
      return yield* targetParts(target.argument);
    default:
      yield { code: target as AnyNode }; // a member expression
  }
}

/** `{ name }` and `{ name = default }`. */
function* shorthandParts(value: Pattern): Generator<TargetPart> {
  if (value.type === 'Identifier') yield { written: value, shorthand: true };
  else if (value.type === 'AssignmentPattern' && value.left.type === 'Identifier') {
    yield { written: value.left, shorthand: true };
    yield { code: value.right };
  } else yield* targetParts(value);
}
