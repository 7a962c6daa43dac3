import type { ImportBinding } from './imports-of-file.ts';

const NAME = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*`;
const COMMENT = /\/\/[^\n\r\u2028\u2029]*[\n\r\u2028\u2029]|\/\*.*?\*\//gs;
/** `name`, `name, { list }`, `name, * as name`, `{ list }`, `* as name`. */
const CLAUSE = new RegExp(
  `^(?:(?<single>${NAME})\\s*(?:,\\s*|$))?(?:\\{(?<list>[^{}]*)\\}|\\*\\s*as\\s+(?<whole>${NAME}))?$`,
  'u',
);
const LISTED = new RegExp(`^(?<imported>${NAME})(?:\\s+as\\s+(?<local>${NAME}))?$`, 'u');
/** Of TypeScript: what is gone when it runs. */
const TYPE_CLAUSE = new RegExp(`^type(?:\\s+(?!,)${NAME}$|\\s*\\{[^{}]*\\}$|\\s*\\*)`, 'u');
const TYPE_LISTED = new RegExp(`^type\\s+(?!as(?:\\s|$))${NAME}(?:\\s+as\\s+${NAME})?$`, 'u');

/**
 * What the names between `import` and the specifier stand for, in JavaScript or TypeScript.
 * @returns undefined for what is not one of the usual clauses
 */
export function readClause(text: string, specifier: string): (readonly [local: string, ImportBinding])[] | undefined {
  const clause = text.replace(COMMENT, ' ').trim();
  if (clause === '') return [];
  const names = /^(.*[\s}])from$/s.exec(clause)?.[1]?.trim();
  if (names === undefined) return undefined;
  if (TYPE_CLAUSE.test(names)) return [];
  const { single, list, whole } = CLAUSE.exec(names)?.groups ?? {};
  if (single === undefined && list === undefined && whole === undefined) return undefined;
  const listed = list === undefined ? [] : readList(list);
  return (
    listed &&
    [
      ...(single === undefined ? [] : [[single, 'default'] as const]),
      ...(whole === undefined ? [] : [[whole, '*'] as const]),
      ...listed,
    ].map(([local, imported]) => [local, { specifier, imported, required: false }] as const)
  );
}

function readList(list: string): (readonly [local: string, imported: string])[] | undefined {
  const names: (readonly [string, string])[] = [];
  for (const part of list.split(',')) {
    const entry = part.trim();
    if (entry === '' || TYPE_LISTED.test(entry)) continue;
    const { imported, local = imported } = LISTED.exec(entry)?.groups ?? {};
    if (imported === undefined || local === undefined) return undefined;
    names.push([local, imported]);
  }
  return names;
}
