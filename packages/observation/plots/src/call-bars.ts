import type { Bar, Sign, TimelineMarks } from './bars.ts';
import type { PlotCall, PlotData } from './plot-data.ts';
import { COLORS } from './theme.ts';

/** Every call as a line of its own: it waits, it runs, and what went wrong. */
export function callBars({ calls }: PlotData): TimelineMarks {
  const bars: Bar[] = [];
  const signs: Sign[] = [];
  const gap = calls.length <= 60 ? 0.14 : calls.length <= 200 ? 0.08 : 0;
  for (const call of calls) {
    const { row, submittedAt, ran, endedAt, failedAttempts } = call;
    const place = { top: row + gap, bottom: row + 1 - gap };
    const middle = { top: row + 0.5 - (0.5 - gap) / 2.4, bottom: row + 0.5 + (0.5 - gap) / 2.4 };
    const waitedUntil = ran?.from ?? endedAt;
    if (waitedUntil > submittedAt) bars.push({ from: submittedAt, to: waitedUntil, ...middle, fill: COLORS.waiting });
    for (const { from, to } of failedAttempts) {
      bars.push({ from, to, ...place, fill: COLORS.failedAttempt });
      signs.push({ at: to, row: row + 0.5, fill: COLORS.failed });
    }
    if (ran !== undefined) bars.push({ ...ran, ...place, ...lookOf(call) });
    if (call.outcome === 'failed') signs.push({ at: ran?.to ?? endedAt, row: row + 0.5, fill: COLORS.failed });
  }
  return { bars, signs };
}

function lookOf({ outcome, job }: PlotCall): Pick<Bar, 'fill' | 'opacity'> {
  if (outcome === 'failed') return { fill: COLORS.failed };
  if (outcome === 'cancelled') return { fill: COLORS.cancelled };
  return { fill: job.color, opacity: outcome === 'open' ? 0.45 : 1 };
}
