import { readClause } from './import-clause.ts';
import type { ImportBinding } from './imports-of-file.ts';
import { laterNames } from './later-names.ts';

const BLANK = /(?:[\s;]|\/\/[^\n\r\u2028\u2029]*[\n\r\u2028\u2029]|\/\*.*?\*\/)+/sy;
const HASHBANG = /#![^\n\r\u2028\u2029]*/y;
const DIRECTIVE = /(["'])use [a-z ]+\1/y;
/** What stands between `import` and the specifier has no text in quotes. */
const IMPORT = /import(?![\w$])([^'"`;=()]*)(["'])([^'"\\\n\r]*)\2/y;
const ATTRIBUTES = /\s*with\s*\{[^{}]*\}/y;

/** What can be told of a file's imports without the parser. */
export interface LeadingImports {
  readonly bindings: ReadonlyMap<string, ImportBinding>;
  /** Names that may be imported further down, or not: what they stand for only the parser tells. */
  readonly unclear: ReadonlySet<string>;
}

/**
 * What the names of a file stand for that are imported at its top, in JavaScript or TypeScript. Undefined where that is
 * not plain to see: then the text has to be parsed, which takes the parser's first use tens of milliseconds.
 */
export function leadingImports(text: string): LeadingImports | undefined {
  const bindings = new Map<string, ImportBinding>();
  let at = match(HASHBANG, text, 0)?.[0].length ?? 0;
  for (;;) {
    at += match(BLANK, text, at)?.[0].length ?? 0;
    at += match(DIRECTIVE, text, at)?.[0].length ?? 0;
    const found = match(IMPORT, text, at);
    if (found === null) {
      if (match(BLANK, text, at) === null) break;
      continue;
    }
    const [whole, clause = '', , specifier = ''] = found;
    const names = readClause(clause, specifier);
    if (names === undefined) return undefined;
    for (const [local, binding] of names) bindings.set(local, binding);
    at += whole.length;
    at += match(ATTRIBUTES, text, at)?.[0].length ?? 0;
  }
  const unclear = laterNames(text.slice(at));
  return unclear && { bindings, unclear };
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
