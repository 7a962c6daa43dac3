import type { Legend, Scale } from 'vega';
import type { PlotData } from './plot-data.ts';
import { COLORS, PLOT_WIDTH } from './theme.ts';

/** A colour and what it stands for. */
interface Entry {
  readonly label: string;
  readonly color: string;
}

/** Width of a character of a legend's text at the most, px. */
const CHARACTER = 7.2;
const LABEL_LIMIT = 260;

/** Jobs by their names. */
export function jobEntries({ jobs }: PlotData): Entry[] {
  return jobs.map(({ label, color }) => ({ label, color }));
}

/** What else a timeline shows, as far as it is there. */
export function stateEntries({ calls }: PlotData): Entry[] {
  const has = (outcome: string) => calls.some((call) => call.outcome === outcome);
  return [
    { label: 'waiting', color: COLORS.waiting },
    ...(has('failed') ? [{ label: 'failed', color: COLORS.failed }] : []),
    ...(calls.some(({ failedAttempts }) => failedAttempts.length > 0)
      ? [{ label: 'failed attempt, tried again', color: COLORS.failedAttempt }]
      : []),
    ...(has('cancelled') ? [{ label: 'cancelled', color: COLORS.cancelled }] : []),
  ];
}

/** Above the plot, in as many columns as there is room for. */
export function legendOf(entries: readonly Entry[]): { readonly scale: Scale; readonly legend: Legend } {
  const longest = entries.reduce(
    (most, { label }) => Math.max(most, Math.min(LABEL_LIMIT, label.length * CHARACTER)),
    0,
  );
  return {
    scale: {
      name: 'meaning',
      type: 'ordinal',
      domain: entries.map(({ label }) => label),
      range: entries.map(({ color }) => color),
    },
    legend: {
      fill: 'meaning',
      orient: 'top',
      direction: 'horizontal',
      columns: Math.max(1, Math.min(entries.length, Math.floor(PLOT_WIDTH / (longest + 36)))),
      offset: 12,
      labelLimit: LABEL_LIMIT,
    },
  };
}
