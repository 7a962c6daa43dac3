import { type AnyNode, type Expression, type Property, parseExpressionAt } from 'acorn';

export type ParsedKind = 'expression' | 'class' | 'method' | 'getter' | 'setter';

export interface ParsedFunction {
  readonly kind: ParsedKind;
  /** The function's own text. */
  readonly source: string;
  /** The function or class; positions count from the start of `source` plus `offset`. */
  readonly node: AnyNode;
  readonly offset: number;
  /** Of a method: its key, when it is computed. */
  readonly computedKey?: Expression;
  readonly isStrictOnly: boolean;
}

const OPTIONS = {
  ecmaVersion: 'latest',
  allowAwaitOutsideFunction: false,
  allowSuperOutsideMethod: true,
  checkPrivateFields: false,
} as const;

/** Parses what `Function.prototype.toString` gives: functions, arrows and classes are expressions, methods only stand in an object. */
export function parseFunction(source: string): ParsedFunction {
  const asExpression = tryParse(`(${source}\n)`, 1);
  if (asExpression !== undefined) {
    const { node } = asExpression;
    if (node.type === 'ClassExpression') return { kind: 'class', source, node, offset: 1, isStrictOnly: true };
    if (node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression')
      return { kind: 'expression', source, node, offset: 1, isStrictOnly: false };
  }
  const text = source.replace(/^static(?=[\s*[])\s*/, '');
  const asMember = tryParse(`({${text}\n})`, 0);
  if (asMember?.node.type !== 'ObjectExpression' && /\bnew\.target\b/.test(source))
    throw new SyntaxError('this arrow function uses the new.target of the function around it');
  if (asMember?.node.type !== 'ObjectExpression')
    throw new SyntaxError(`this function cannot be parsed: ${source.slice(0, 200)}`);
  const [property] = asMember.node.properties as Property[]; // a single method
  if (property === undefined) throw new SyntaxError(`this function cannot be parsed: ${source.slice(0, 200)}`);
  return {
    kind: property.kind === 'get' ? 'getter' : property.kind === 'set' ? 'setter' : 'method',
    source: text,
    node: property.value,
    offset: 2,
    ...(property.computed && { computedKey: property.key }),
    isStrictOnly: false,
  };
}

/** As a module, which it will be part of. What only a script may have is refused, but for names: captured ones get others. */
function tryParse(text: string, at: number): { readonly node: AnyNode } | undefined {
  const asModule = parse(text, at, 'module');
  if ('node' in asModule) return asModule;
  const asScript = parse(text, at, 'script');
  if (!('node' in asScript)) return undefined;
  if (/reserved|Cannot use keyword/.test(asModule.problem)) return asScript;
  throw new SyntaxError(`this function has what only code that is not strict may have: ${asModule.problem}`);
}

function parse(
  text: string,
  at: number,
  sourceType: 'module' | 'script',
): { readonly node: AnyNode } | { readonly problem: string } {
  try {
    return { node: parseExpressionAt(text, at, { ...OPTIONS, sourceType }) as AnyNode }; // the parser's own union
  } catch (error) {
    return { problem: error instanceof Error ? error.message.replace(/ \(\d+:\d+\)$/, '') : String(error) };
  }
}
