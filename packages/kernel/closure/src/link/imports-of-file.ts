import type { AnyNode, Program } from 'acorn';
import { parseProgram } from '../analyze/this-provider.ts';

/** A name in a file that stands for another module, or for something of it. */
export interface ImportBinding {
  readonly specifier: string;
  /** Name of the export; `*` for the whole module. */
  readonly imported: string;
  /** Through `require`, and so resolved and shaped as CommonJS does. */
  readonly required: boolean;
}

/**
 * What the top-level names of a file stand for, from the text that runs: `import` declarations, `require` calls, and what
 * transpilers and test runners write in their place.
 */
export function importsOfFile(source: string): Map<string, ImportBinding> {
  const bindings = new Map<string, ImportBinding>();
  const program = parseProgram(source);
  if (program !== undefined) for (const statement of topLevel(program)) readStatement(statement, bindings);
  return bindings;
}

/** Statements of the file; where a loader wraps the file in a function, those of that function. */
function topLevel(program: Program): readonly AnyNode[] {
  const [only] = program.body;
  if (program.body.length === 1 && only?.type === 'ExpressionStatement') {
    const expression = only.expression.type === 'CallExpression' ? only.expression.callee : only.expression;
    if (
      (expression.type === 'FunctionExpression' || expression.type === 'ArrowFunctionExpression') &&
      expression.body.type === 'BlockStatement'
    ) {
      return expression.body.body.flatMap((statement) =>
        statement.type === 'BlockStatement' ? statement.body : [statement],
      );
    }
  }
  return program.body;
}

function readStatement(statement: AnyNode, bindings: Map<string, ImportBinding>): void {
  if (statement.type === 'ImportDeclaration') {
    const specifier = String(statement.source.value);
    for (const entry of statement.specifiers) {
      const imported =
        entry.type === 'ImportNamespaceSpecifier'
          ? '*'
          : entry.type === 'ImportDefaultSpecifier'
            ? 'default'
            : entry.imported.type === 'Identifier'
              ? entry.imported.name
              : String(entry.imported.value);
      bindings.set(entry.local.name, { specifier, imported, required: false });
    }
    return;
  }
  if (statement.type !== 'VariableDeclaration') return;
  for (const { id, init } of statement.declarations) {
    const loaded = init ? loadedModule(init) : undefined;
    if (loaded === undefined) continue;
    if (id.type === 'Identifier') bindings.set(id.name, loaded);
    if (id.type !== 'ObjectPattern') continue;
    for (const property of id.properties) {
      if (
        property.type === 'Property' &&
        property.key.type === 'Identifier' &&
        property.value.type === 'Identifier' &&
        loaded.imported === '*'
      ) {
        bindings.set(property.value.name, { ...loaded, imported: property.key.name });
      }
    }
  }
}

/** `require("x")`, `__toESM(require("x"))`, `await import("x")`, `await __vite_ssr_import__("x")`, and members of those. */
function loadedModule(node: AnyNode): ImportBinding | undefined {
  switch (node.type) {
    case 'AwaitExpression':
      return loadedModule(node.argument);
    case 'MemberExpression': {
      const object = loadedModule(node.object);
      if (object?.imported !== '*' || node.computed || node.property.type !== 'Identifier') return undefined;
      return { ...object, imported: node.property.name };
    }
    case 'ImportExpression':
      return node.source.type === 'Literal'
        ? { specifier: String(node.source.value), imported: '*', required: false }
        : undefined;
    case 'CallExpression': {
      const [argument] = node.arguments;
      if (node.callee.type === 'Identifier' && argument?.type === 'Literal' && typeof argument.value === 'string') {
        if (node.callee.name === 'require') return { specifier: argument.value, imported: '*', required: true };
        if (/^__vi(te_ssr)?_import/.test(node.callee.name))
          return { specifier: argument.value, imported: '*', required: false };
      }
      if (
        argument?.type === 'CallExpression' &&
        node.callee.type === 'Identifier' &&
        /^__(toESM|importStar|importDefault)$/.test(node.callee.name)
      ) {
        const inner = loadedModule(argument);
        return inner && { ...inner, required: false };
      }
      return undefined;
    }
    default:
      return undefined;
  }
}
