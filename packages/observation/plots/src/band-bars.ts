import type { Bar, Sign, TimelineMarks } from './bars.ts';
import type { PlotCall, PlotData } from './plot-data.ts';
import { COLORS } from './theme.ts';
import { addCoverage } from './time-bins.ts';

/** Rows of a timeline of many calls, and columns: what limits the size of the file. */
const BANDS = 240;
const BINS = 240;
const SHADES = 5;
/** The grid in which things that went wrong are shown once. */
const SIGN_ROWS = 80;
const SIGN_BINS = 140;

/** Neighbouring calls share a band, which is the darker the more of them ran. */
export function bandBars(data: PlotData): TimelineMarks {
  const { span } = data;
  const bands = bandsOf(data.calls).map((calls) => ({ calls, running: runningIn(calls, span) }));
  const most = bands.reduce((found, { running }) => Math.max(found, ...running), 0);
  const bars = bands.flatMap(({ calls, running }) => [
    ...waitingBar(calls),
    ...shadesOf(
      calls,
      running.map((share) => shadeOf(share, most)),
      span / BINS,
    ),
  ]);
  return { bars, signs: signsOf(data) };
}

/** Neighbours of one colour, about as many in each band. */
function bandsOf(calls: readonly PlotCall[]): PlotCall[][] {
  const size = calls.length / BANDS;
  const bands: PlotCall[][] = [];
  for (const call of calls) {
    const band = bands.at(-1);
    if (band === undefined || band[0]?.job !== call.job || band.length >= size) bands.push([call]);
    else band.push(call);
  }
  return bands;
}

/** The share of a band's calls that run, for each column. */
function runningIn(calls: readonly PlotCall[], span: number): Float64Array {
  const bins = new Float64Array(BINS);
  for (const { ran } of calls) if (ran !== undefined) addCoverage(bins, ran, span, 1 / calls.length);
  return bins;
}

/** From 0 for nothing: even little is to be seen. */
function shadeOf(share: number, most: number): number {
  return share <= 1e-9 ? 0 : Math.max(1, Math.ceil(Math.sqrt(share / most) * SHADES));
}

function waitingBar(calls: readonly PlotCall[]): Bar[] {
  const from = calls.reduce((least, { submittedAt }) => Math.min(least, submittedAt), Number.POSITIVE_INFINITY);
  const to = calls.reduce((most, { ran, endedAt }) => Math.max(most, ran?.from ?? endedAt), 0);
  return to > from ? [{ from, to, ...placeOf(calls), fill: COLORS.waiting, opacity: 0.6 }] : [];
}

/** Neighbouring columns of one shade are one bar. */
function shadesOf(calls: readonly PlotCall[], shades: Float64Array, binMs: number): Bar[] {
  const bars: Bar[] = [];
  const place = placeOf(calls);
  const fill = calls[0]?.job.color ?? COLORS.axis;
  let from = 0;
  for (let bin = 1; bin <= shades.length; bin++) {
    if (shades[bin] === shades[from]) continue;
    const shade = shades[from] ?? 0;
    if (shade > 0) bars.push({ from: from * binMs, to: bin * binMs, ...place, fill, opacity: shade / SHADES });
    from = bin;
  }
  return bars;
}

function placeOf(calls: readonly PlotCall[]): Pick<Bar, 'top' | 'bottom'> {
  return { top: calls[0]?.row ?? 0, bottom: (calls.at(-1)?.row ?? 0) + 1 };
}

function signsOf({ calls, span }: PlotData): Sign[] {
  const signs = new Map<number, Sign>();
  const note = (at: number, row: number, fill: string) => {
    const column = Math.floor((at / span) * SIGN_BINS);
    const line = Math.floor((row / calls.length) * SIGN_ROWS);
    const key = line * (SIGN_BINS + 1) + column;
    // Of both, the end of a call matters more than that of an attempt.
    if (signs.get(key)?.fill !== COLORS.failed) signs.set(key, { at, row: row + 0.5, fill });
  };
  for (const { row, outcome, ran, endedAt, failedAttempts } of calls) {
    for (const { to } of failedAttempts) note(to, row, COLORS.failedAttempt);
    if (outcome === 'failed') note(ran?.to ?? endedAt, row, COLORS.failed);
  }
  return [...signs.values()];
}
