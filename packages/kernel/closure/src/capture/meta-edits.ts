import type { Edit, FunctionEntry } from '../function-definition.ts';
import type { FunctionFacts } from '../inspect/function-facts.ts';
import type { CapturedTable } from './captured-table.ts';

/** What stands in the module for `import.meta` and for what `import()` finds from the user's file. @throws SerializationError */
export function metaEdits(entry: FunctionEntry, facts: FunctionFacts, table: CapturedTable): Edit[] {
  const edits: Edit[] = [];
  const { metaProperties, dynamicImports } = entry.uses;
  if (metaProperties.length === 0 && dynamicImports.length === 0) return edits;
  const { offset } = entry.parsed;
  const file = table.links.fileOf(facts);
  for (const node of metaProperties)
    edits.push({ start: node.start - offset, end: node.end - offset, text: table.links.metaText(file) });
  for (const { source, stand } of dynamicImports) {
    if (stand !== undefined) edits.push({ start: stand.start - offset, end: stand.end - offset, text: 'import' });
    if (source.type !== 'Literal' || typeof source.value !== 'string') {
      const base = JSON.stringify(table.links.baseOf(file));
      edits.push({ start: source.start - offset, end: source.start - offset, text: `$from(${base}, ` });
      edits.push({ start: source.end - offset, end: source.end - offset, text: ')' });
      continue;
    }
    const url = table.links.resolve(source.value, file);
    if (url === undefined)
      throw table.path.error(
        `import("${source.value}") cannot be resolved from ${file ?? 'code without a file'}`,
        'install the package, or correct the path',
      );
    edits.push({ start: source.start - offset, end: source.end - offset, text: JSON.stringify(url) });
  }
  return edits;
}
