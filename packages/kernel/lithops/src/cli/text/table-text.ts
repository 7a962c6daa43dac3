/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Numbers stand at the right. */
  readonly right?: boolean;
  /** After the column's width is known, so that colours do not count. */
  readonly paint?: (text: string, row: Row) => string;
}

/** Rows below the titles of their columns, aligned by blanks. */
export function tableText<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  title: (text: string) => string,
): string {
  const cells = rows.map((row) => columns.map(({ text }) => text(row)));
  const widths = columns.map((column, at) =>
    Math.max(column.title.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const pad = (text: string, at: number) => {
    if (columns[at]?.right === true) return text.padStart(widths[at] ?? 0);
    return at === columns.length - 1 ? text : text.padEnd(widths[at] ?? 0);
  };
  const head = title(columns.map((column, at) => pad(column.title, at)).join('  '));
  const lines = rows.map((row, number) =>
    columns
      .map((column, at) => {
        const text = pad(cells[number]?.[at] ?? '', at);
        return column.paint === undefined ? text : column.paint(text, row);
      })
      .join('  '),
  );
  return `${[head, ...lines].join('\n')}\n`;
}
