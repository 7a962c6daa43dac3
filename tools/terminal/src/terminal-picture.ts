import type { IBufferCell, IBufferLine, Terminal } from '@xterm/headless';

const CELL = { width: 8.4, height: 20, font: 14 };
const PADDING = 16;
const BACKGROUND = '#1b1f27';
const FOREGROUND = '#d7dae0';
/** Of the palette that is told by number: the 16 that every terminal has. */
const PALETTE = [
  '#1b1f27',
  '#e06c75',
  '#8cc265',
  '#d8a657',
  '#61afef',
  '#c678dd',
  '#56b6c2',
  '#d7dae0',
  '#7f8694',
  '#ff7b86',
  '#a5e075',
  '#f0c674',
  '#82c4ff',
  '#de94f5',
  '#72d5e0',
  '#ffffff',
];

/** Neighbouring cells that look the same. */
interface Run {
  readonly style: string;
  readonly start: number;
  text: string;
}

/** The lines of a terminal that have anything on them, as an SVG picture. */
export function terminalPicture(terminal: Terminal, title: string): string {
  const { active } = terminal.buffer;
  const lines: IBufferLine[] = [];
  for (let y = 0; y < active.length; y++) {
    const line = active.getLine(y);
    if (line !== undefined) lines.push(line);
  }
  while (lines.at(-1)?.translateToString(true) === '') lines.pop();
  const width = Math.round(terminal.cols * CELL.width + 2 * PADDING);
  const height = lines.length * CELL.height + 2 * PADDING;
  const rows = lines.map((line, y) => textRow(line, PADDING + y * CELL.height + CELL.height * 0.72)).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${CELL.font}" fill="${FOREGROUND}">
${rows}
</g>
</svg>
`;
}

function textRow(line: IBufferLine, y: number): string {
  return runsOf(line)
    .filter(({ text }) => text.trim() !== '')
    .map(({ style, start, text }) => {
      const length = (text.length * CELL.width).toFixed(1);
      const x = (PADDING + start * CELL.width).toFixed(1);
      return `<text x="${x}" y="${y.toFixed(1)}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${style}>${escaped(text)}</text>`;
    })
    .join('');
}

function runsOf(line: IBufferLine): Run[] {
  const runs: Run[] = [];
  for (let x = 0; x < line.length; x++) {
    const cell = line.getCell(x);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const style = styleOf(cell);
    const text = cell.getChars() || ' ';
    const last = runs.at(-1);
    if (last?.style === style) last.text += text;
    else runs.push({ style, start: x, text });
  }
  for (const run of runs) run.text = run.text.trimEnd();
  return runs;
}

function styleOf(cell: IBufferCell): string {
  const colour = cell.isFgPalette() ? PALETTE[cell.getFgColor()] : undefined;
  return [
    colour === undefined ? '' : ` fill="${colour}"`,
    cell.isBold() ? ' font-weight="bold"' : '',
    cell.isDim() ? ' opacity="0.55"' : '',
  ].join('');
}

/** Blanks are of the kind that no viewer makes one of. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll(' ', '\u00A0');
}
