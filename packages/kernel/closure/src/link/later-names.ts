import { readClause } from './import-clause.ts';

/** Each import has one of these. A name may be written with an escape. */
const WORD = /\bimport\b(?!\.meta\b)|\brequire\b|\b__vi|\\u/g;
/** A declaration, or the begin of one with a comment in it. */
const DECLARATION = /import((?:(?!\*\/(?![/*]))[^'"`;()=])*?)(?:\/[/*]|(["'])(?:(?!\2)[^\\\n\r]|\\.)*\2)/sy;
/** What may stand between the `=` of a variable and what loads its module. */
const BETWEEN = /(?:[\s(]|\bawait|\b__\w+)+$/;
/** A variable, or several in braces, and its `=`. */
const VARIABLE = /(?:\b(?:const|let|var)\s+|\b(?:const|let|var)(?=\{)|,\s*)([\p{ID_Continue}$]+|\{[^{}=\\]*\})\s*=$/u;
/** No variable, and no type behind one. */
const EXPORTS = /(?:\bmodule\.exports|\bexports\.[\w$]+|\bthis\.[\w$]+)\s*=$/;
const NAME = /[\p{ID_Continue}$]+/gu;
const LINE_END = /[\n\r\u2028\u2029]/;

/** So many words are looked at, and so much of the text before each. */
const MOST_WORDS = 2000;
const LONGEST_BEFORE = 300;

/**
 * The names to which a text, of JavaScript or TypeScript, may import something at its top level; undefined where that cannot
 * be told. Names may be among them of which it is not true, for strings, comments and functions are not told apart; but none
 * is missing.
 */
export function laterNames(text: string): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  let count = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const declared = word === 'import' ? declaredNames(text, index) : [];
    const loaded = loadedNames(text, index, word);
    if (++count > MOST_WORDS || declared === undefined || loaded === undefined) return undefined;
    for (const name of [...declared, ...loaded]) names.add(name);
  }
  return names;
}

/** By the declaration that may begin at that place. */
function declaredNames(text: string, index: number): readonly string[] | undefined {
  DECLARATION.lastIndex = index;
  const [whole, clause = '', quote] = DECLARATION.exec(text) ?? [];
  if (whole === undefined) return [];
  return quote === undefined ? undefined : readClause(clause, '')?.map(([local]) => local);
}

/** By the variable that may be given what the word at that place loads. */
function loadedNames(text: string, index: number, word: string): readonly string[] | undefined {
  const start = Math.max(0, index - LONGEST_BEFORE);
  const before = text.slice(start, index).replace(word === '\\u' ? /[\w$]+$/ : '', '');
  const between = BETWEEN.exec(before)?.[0] ?? '';
  const kept = before.slice(0, before.length - between.length);
  if (kept === '') return start > 0 ? undefined : [];
  if (kept.endsWith('=')) {
    const variable = VARIABLE.exec(kept)?.[1];
    return variable === undefined ? (EXPORTS.test(kept) ? [] : undefined) : (variable.match(NAME) ?? []);
  }
  // A comment or a type may stand there as well.
  if (kept.endsWith('*/') || (kept.endsWith('>') && !kept.endsWith('=>'))) return undefined;
  if (!LINE_END.test(between)) return [];
  const lines = kept.split(LINE_END);
  return (lines.length === 1 && start > 0) || lines.at(-1)?.includes('//') === true ? undefined : [];
}
