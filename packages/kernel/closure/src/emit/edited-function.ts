import type { Edit, FunctionEntry } from '../function-definition.ts';

/** A function's text as it stands in the module, and where each stretch of it comes from. */
export interface EditedFunction {
  readonly text: string;
  /** Offsets in `text` and in the original where stretches begin. */
  readonly stretches: readonly { readonly at: number; readonly from: number }[];
}

/** Writes the module's names in the places of the captured ones. */
export function editFunction(entry: FunctionEntry): EditedFunction {
  const { source } = entry.parsed;
  const edits = allEdits(entry).sort((a, b) => a.start - b.start || a.end - b.end);
  let text = '';
  let from = 0;
  const stretches = [{ at: 0, from: 0 }];
  for (const edit of edits) {
    if (edit.start < from) continue; // inside a part that was replaced
    text += source.slice(from, edit.start) + edit.text;
    from = edit.end;
    stretches.push({ at: text.length, from });
  }
  return { text: text + source.slice(from), stretches };
}

function allEdits(entry: FunctionEntry): Edit[] {
  const { offset, computedKey } = entry.parsed;
  const edits = [...entry.edits];
  for (const [reference, { name }] of entry.variables) {
    const start = reference.start - offset;
    const end =
      (entry.memberReferences.has(reference) ? (reference.member?.end ?? reference.end) : reference.end) - offset;
    edits.push({ start, end, text: reference.shorthand ? `${reference.name}: ${name}` : name });
  }
  if (computedKey !== undefined)
    edits.push({ start: computedKey.start - offset, end: computedKey.end - offset, text: '"computed"' });
  return edits;
}
