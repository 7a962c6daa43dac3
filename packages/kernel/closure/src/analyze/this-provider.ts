import { type AnyNode, type Program, parse } from 'acorn';

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Of a file's text: the innermost function around an offset that has a `this` of its own; undefined at the top level. */
export function thisProviderAt(program: Program, offset: number): TextRange | undefined {
  let provider: TextRange | undefined;
  const visit = (value: unknown, parent: AnyNode | undefined): void => {
    if (Array.isArray(value)) {
      for (const entry of value) visit(entry, parent);
      return;
    }
    if (typeof value !== 'object' || value === null || !('type' in value)) return;
    const node = value as AnyNode; // shaped as one
    if (node.start > offset || node.end <= offset) return;
    const isField = parent?.type === 'PropertyDefinition' && parent.value === node;
    if (
      node.type === 'FunctionExpression' ||
      node.type === 'FunctionDeclaration' ||
      node.type === 'StaticBlock' ||
      isField
    )
      provider = node;
    for (const child of Object.values(node) as unknown[]) visit(child, node);
  };
  visit(program, undefined);
  return provider;
}

/** A file's text as a module or a script; undefined when it is neither. */
export function parseProgram(source: string): Program | undefined {
  for (const sourceType of ['module', 'script'] as const) {
    try {
      return parse(source, {
        ecmaVersion: 'latest',
        sourceType,
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
        allowHashBang: true,
      });
    } catch {
      // The other kind of file.
    }
  }
  return undefined;
}
