import type { FunctionEntry } from '../function-definition.ts';
import type { EditedFunction } from './edited-function.ts';
import type { LineOrigin } from './stack-mapper.ts';

/** A module's text as it is written, line by line, with where the lines come from. */
export class ModuleText {
  readonly #lines: string[] = [];
  readonly #functions: {
    readonly first: number;
    readonly indent: number;
    readonly edited: EditedFunction;
    readonly entry: FunctionEntry;
  }[] = [];
  #origins: LineOrigin[][] | undefined;

  /** Where each line comes from; worked out when it is first asked for, which is when something has gone wrong. */
  get lineOrigins(): readonly (readonly LineOrigin[])[] {
    if (this.#origins !== undefined) return this.#origins;
    const origins: LineOrigin[][] = this.#lines.map(() => []);
    for (const { first, indent, edited, entry } of this.#functions) trace(origins, first, indent, edited, entry);
    this.#origins = origins;
    return origins;
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  functionLines(before: string, edited: EditedFunction, after: string, entry: FunctionEntry): void {
    const first = this.#lines.length;
    const lines = `${before}${edited.text}\n${after}`.split('\n');
    for (const line of lines) this.line(line);
    this.#functions.push({ first, indent: before.length, edited, entry });
  }

  toString(): string {
    return this.#lines.join('\n');
  }
}

function trace(
  origins: LineOrigin[][],
  first: number,
  indent: number,
  { text, stretches }: EditedFunction,
  entry: FunctionEntry,
): void {
  const { source, node, offset, kind } = entry.parsed;
  const location = entry.location();
  if (location === undefined) return;
  // V8 tells where the parameters begin; of a class and of an arrow function, where it begins.
  const beginsThere = kind === 'class' || node.type === 'ArrowFunctionExpression';
  const anchor = beginsThere
    ? 0
    : Math.max(0, source.indexOf('(', kind === 'expression' && 'id' in node && node.id ? node.id.end - offset : 0));
  const anchored = positionIn(source, anchor);
  const originOf = (from: number) => {
    const at = positionIn(source, from);
    const line = location.line + at.line - anchored.line;
    const column = at.line === anchored.line ? location.column + at.column - anchored.column : at.column;
    return { scriptId: location.scriptId, line, column };
  };
  const add = (at: number, from: number) => {
    const place = positionIn(text, at);
    const column = place.line === 0 ? place.column + indent : place.column;
    origins[first + place.line]?.push({ column, location: originOf(from) });
  };
  for (const [i, stretch] of stretches.entries()) {
    add(stretch.at, stretch.from);
    const end = stretches[i + 1]?.at ?? text.length;
    for (
      let newline = text.indexOf('\n', stretch.at);
      newline >= 0 && newline < end;
      newline = text.indexOf('\n', newline + 1)
    ) {
      add(newline + 1, stretch.from + newline + 1 - stretch.at);
    }
  }
}

function positionIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 0;
  let start = 0;
  for (let newline = text.indexOf('\n'); newline >= 0 && newline < offset; newline = text.indexOf('\n', newline + 1)) {
    line++;
    start = newline + 1;
  }
  return { line, column: offset - start };
}
