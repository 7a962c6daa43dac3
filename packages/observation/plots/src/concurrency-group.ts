import type { GroupMark, Mark } from 'vega';
import { note } from './note.ts';
import type { PlotData } from './plot-data.ts';
import { runningCalls } from './running-calls.ts';
import { stacked } from './stacked.ts';
import { COLORS, PLOT_WIDTH } from './theme.ts';
import { countText } from './time-unit.ts';

const HEIGHT = 260;

/** How many calls ran, over time, job upon job; and the most that ever ran. */
export function concurrencyGroup(data: PlotData): GroupMark {
  const { span, unit, peak } = data;
  const { edges, byJob } = runningCalls(data);
  const series = stacked(
    byJob,
    edges.map((ms) => ms / unit.ms),
  );
  return {
    type: 'group',
    encode: { enter: { width: { value: PLOT_WIDTH }, height: { value: HEIGHT } } },
    data: series.map((columns, place) => ({ name: `running-${place}`, values: [...columns, ...lastEdge(columns)] })),
    scales: [
      { name: 'time', type: 'linear', domain: [0, span / unit.ms], range: [0, PLOT_WIDTH], zero: true, nice: true },
      { name: 'count', type: 'linear', domain: [0, Math.max(1, peak) * 1.12], range: [HEIGHT, 0], zero: true },
    ],
    axes: [
      {
        orient: 'left',
        scale: 'count',
        title: 'Running calls',
        grid: true,
        tickCount: 6,
        tickMinStep: 1,
        format: ',d',
      },
      { orient: 'bottom', scale: 'time', title: `Time since the first submission (${unit.name})`, tickCount: 10 },
    ],
    marks: [
      ...series.map(
        (columns, place): Mark => ({
          type: 'area',
          from: { data: `running-${place}` },
          encode: {
            enter: {
              x: { scale: 'time', field: 'from' },
              y: { scale: 'count', field: 'top' },
              y2: { scale: 'count', field: 'bottom' },
              interpolate: { value: 'step-after' },
              fill: { value: columns[0]?.fill ?? COLORS.axis },
            },
          },
        }),
      ),
      {
        type: 'rule',
        encode: {
          enter: {
            x: { value: 0 },
            x2: { value: PLOT_WIDTH },
            y: { scale: 'count', value: peak },
            stroke: { value: COLORS.faint },
            strokeDash: { value: [4, 4] },
          },
        },
      },
      note(`peak ${countText(peak)}`, { value: PLOT_WIDTH - 4 }, { scale: 'count', value: peak, offset: -6 }, 'right'),
    ],
  };
}

/** The last column has an end. */
function lastEdge(columns: readonly { readonly from: number; readonly to: number }[]): object[] {
  const last = columns.at(-1);
  return last === undefined ? [] : [{ ...last, from: last.to }];
}
