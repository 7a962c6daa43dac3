import type { AnyNode, Class, Pattern } from 'acorn';

export type Names = Set<string>;

/** Private names, `#x`, that a class declares. */
export function declaredPrivateNames(node: Class): Names {
  return new Set(
    node.body.body.flatMap((member) =>
      'key' in member && member.key.type === 'PrivateIdentifier' ? [member.key.name] : [],
    ),
  );
}

/** Names that a block declares for itself: let, const, class, function. */
export function blockNames(body: readonly (AnyNode | null | undefined)[]): Names {
  const names: Names = new Set();
  for (const statement of body) {
    if (statement?.type === 'VariableDeclaration' && statement.kind !== 'var') {
      for (const { id } of statement.declarations) for (const name of patternNames(id)) names.add(name);
    } else if (statement?.type === 'FunctionDeclaration' || statement?.type === 'ClassDeclaration') {
      if (statement.id) names.add(statement.id.name);
    }
  }
  return names;
}

/** Names that `var` and function declarations lift to their function, from any depth of blocks. */
export function varNames(body: readonly AnyNode[]): Names {
  const names: Names = new Set();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const entry of node) visit(entry);
      return;
    }
    if (typeof node !== 'object' || node === null || !('type' in node)) return;
    const current = node as AnyNode; // shaped as one
    if (current.type === 'VariableDeclaration' && current.kind === 'var') {
      for (const { id } of current.declarations) for (const name of patternNames(id)) names.add(name);
    }
    if (current.type === 'FunctionDeclaration' && current.id) names.add(current.id.name);
    if (/Function|^Class/.test(current.type)) return;
    for (const value of Object.values(current)) visit(value);
  };
  visit(body);
  return names;
}

/** Names that a pattern binds. */
export function patternNames(pattern: Pattern | null | undefined): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => patternNames(element));
    case 'AssignmentPattern':
      return patternNames(pattern.left);
    case 'RestElement':
      return patternNames(pattern.argument);
    default:
      return [];
  }
}
