import { styleText } from 'node:util';
import { countText, durationText, rateText, roughDurationText } from './amounts.ts';
import type { JobView } from './job-view.ts';

/** Longest and shortest bar, in columns. */
const WIDEST_BAR = 30;
const NARROWEST_BAR = 10;
const WIDEST_NAME = 24;

type Style = Parameters<typeof styleText>[0];

/** A piece of a line. */
interface Piece {
  readonly text: string;
  readonly style?: Style;
}

/** How lines are laid out. */
export interface LineLayout {
  readonly columns: number;
  /** Of the names of all jobs, so that their bars stand below each other. */
  readonly nameWidth: number;
  readonly colours: boolean;
}

export function nameWidth(views: readonly JobView[]): number {
  return Math.min(WIDEST_NAME, Math.max(0, ...views.map(({ name }) => name.length)));
}

/** A job that goes on: `count  ━━━━━━──────  54%  54 of 100 · 8 running on 8 workers · 12/s · 4 s left`. What has no room is left out. */
export function barLine(view: JobView, { columns, nameWidth: width, colours }: LineLayout): string {
  const { calls, done, failed, filling } = view;
  const total = countText(calls);
  const counts = { text: `${countText(done).padStart(total.length)} of ${total}${filling ? ' so far' : ''}` };
  const facts = [counts, ...factsOf(view)];
  const head: Piece[][] = [[{ text: shortened(view.name, width).padEnd(width), style: 'bold' }]];
  if (!filling && calls > 0) {
    // Of the same width at all times, whatever there is to tell beside it.
    const barWidth = Math.min(WIDEST_BAR, Math.max(NARROWEST_BAR, Math.floor(columns / 5)));
    head.push(barPieces(done / calls, barWidth, failed > 0));
    head.push([{ text: `${Math.floor((done / calls) * 100)}%`.padStart(4) }]);
  }
  const fixed = head.reduce((sum, pieces) => sum + lengthOf(pieces) + 2, 0);
  // The last facts are the least important ones, but for the time.
  while (facts.length > 1 && fixed + lengthOf(facts) + 3 * (facts.length - 1) > columns)
    facts.splice(leastFact(facts), 1);
  const paint = ({ text, style }: Piece) =>
    colours && style !== undefined && text !== '' ? styleText(style, text) : text;
  const dot = paint({ text: ' · ', style: 'dim' });
  return [...head.map((pieces) => pieces.map(paint).join('')), facts.map(paint).join(dot)].join('  ');
}

/** A job that is over: `✔ count  100 calls in 4.2 s · 24/s`. */
export function endLine(view: JobView, colours: boolean): string {
  const { calls, failed, elapsedMs } = view;
  const paint = (style: Style, text: string) => (colours ? styleText(style, text) : text);
  const mark = failed === 0 ? paint('green', '✔') : paint('red', '✘');
  const facts = [`${countText(calls)} ${calls === 1 ? 'call' : 'calls'} in ${durationText(elapsedMs)}`];
  if (calls > 1) facts.push(rateText((calls * 1000) / Math.max(1, elapsedMs)));
  if (failed > 0) facts.push(paint('red', `${countText(failed)} failed`));
  return `${mark} ${paint('bold', shortened(view.name, WIDEST_NAME))}  ${facts.join(paint('dim', ' · '))}`;
}

/** A job as a line of a log: `count: 54 of 100 calls done, 8 running on 8 workers, 12/s, about 4 s left`. */
export function plainLine(view: JobView): string {
  const { name, calls, done, filling, leftMs } = view;
  const facts = factsOf(view).map(({ text }) => text);
  if (leftMs !== undefined && facts.length > 0) facts.push(`about ${facts.pop()}`);
  return [`${name}: ${countText(done)} of ${countText(calls)} calls done${filling ? ' so far' : ''}`, ...facts].join(
    ', ',
  );
}

/** In the order of their importance; what cannot be said is left out. */
function factsOf({ running, workers, failed, rate, leftMs, done, elapsedMs }: JobView): Piece[] {
  const facts: Piece[] = [];
  if (failed > 0) facts.push({ text: `${countText(failed)} failed`, style: 'red' });
  if (running > 0)
    facts.push({
      text: `${countText(running)} running on ${countText(workers)} ${workers === 1 ? 'worker' : 'workers'}`,
    });
  else if (done === 0) facts.push({ text: 'waiting for workers' });
  if (rate !== undefined) facts.push({ text: rateText(rate) });
  facts.push({ text: leftMs === undefined ? durationText(elapsedMs) : `${roughDurationText(leftMs)} left` });
  return facts;
}

/** The time is what people look for; then the rate goes, then the workers. */
function leastFact(facts: readonly Piece[]): number {
  const last = facts.length - 1;
  return last >= 2 && facts[last - 1]?.style !== 'red' ? last - 1 : last;
}

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { text }) => sum + text.length, 0);
}

function barPieces(share: number, width: number, failed: boolean): Piece[] {
  const full = Math.min(width, Math.floor(share * width));
  return [
    { text: '━'.repeat(full), style: failed ? 'yellow' : 'green' },
    { text: '─'.repeat(width - full), style: 'dim' },
  ];
}

function shortened(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
}
