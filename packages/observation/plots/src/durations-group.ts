import type { GroupMark, Mark } from 'vega';
import { note } from './note.ts';
import type { PlotData } from './plot-data.ts';
import { evenEdges, stacked } from './stacked.ts';
import { COLORS, PLOT_WIDTH } from './theme.ts';
import { countText, durationText, timeUnitOf } from './time-unit.ts';

const HEIGHT = 130;
const LEAST_BINS = 8;
const MOST_BINS = 43;

/** How long calls took, as their workers measured it: a histogram that leaves the longest out where these are few and far. */
export function durationsGroup({ calls, jobs }: PlotData): GroupMark {
  const measured = calls.flatMap(({ ran, measured: isMeasured, job }) =>
    ran === undefined || !isMeasured ? [] : [{ job, took: ran.to - ran.from }],
  );
  const sorted = Float64Array.from(measured, ({ took }) => took).sort();
  const longest = sorted.at(-1) ?? 0;
  const shown = Math.min(longest, 1.3 * (percentile(sorted, 99) ?? 0)) || 1;
  const unit = timeUnitOf(shown);
  const binCount = Math.round(Math.max(LEAST_BINS, Math.min(MOST_BINS, 4 * Math.cbrt(measured.length))));
  const counts = new Map(jobs.map((job) => [job, new Float64Array(binCount)]));
  let beyond = 0;
  for (const { job, took } of measured) {
    const bin = Math.min(binCount - 1, Math.floor((took / shown) * binCount));
    const bins = counts.get(job);
    if (took > shown) beyond++;
    else if (bins !== undefined) bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const values = stacked(counts, evenEdges(shown / unit.ms, binCount))
    .flat()
    .filter(({ bottom, top }) => top > bottom);
  const median = percentile(sorted, 50);
  return {
    type: 'group',
    encode: { enter: { width: { value: PLOT_WIDTH }, height: { value: HEIGHT } } },
    data: [{ name: 'durations', values }],
    scales: [
      { name: 'took', type: 'linear', domain: [0, shown / unit.ms], range: [0, PLOT_WIDTH], zero: true, nice: true },
      {
        name: 'calls',
        type: 'linear',
        domain: [0, values.reduce((most, { top }) => Math.max(most, top), 1)],
        range: [HEIGHT, 0],
        nice: true,
      },
    ],
    axes: [
      { orient: 'left', scale: 'calls', title: 'Calls', grid: true, tickCount: 4, tickMinStep: 1, format: ',d' },
      { orient: 'bottom', scale: 'took', title: `Time in the function (${unit.name})`, tickCount: 10 },
    ],
    marks: [
      columnMarks(),
      ...(median === undefined ? [] : medianMarks(median, median / unit.ms)),
      ...(beyond === 0
        ? []
        : [
            note(
              `${countText(beyond)} took longer: up to ${durationText(longest)}`,
              { value: PLOT_WIDTH - 4 },
              { value: 10 },
              'right',
            ),
          ]),
    ],
  };
}

function columnMarks(): Mark {
  return {
    type: 'rect',
    from: { data: 'durations' },
    encode: {
      enter: {
        x: { scale: 'took', field: 'from' },
        x2: { scale: 'took', field: 'to', offset: -1 },
        y: { scale: 'calls', field: 'top' },
        y2: { scale: 'calls', field: 'bottom' },
        fill: { field: 'fill' },
      },
    },
  };
}

function medianMarks(median: number, at: number): Mark[] {
  return [
    {
      type: 'rule',
      encode: {
        enter: {
          x: { scale: 'took', value: at },
          y: { value: -12 },
          y2: { value: HEIGHT },
          stroke: { value: COLORS.faint },
          strokeDash: { value: [4, 4] },
        },
      },
    },
    note(`median ${durationText(median)}`, { scale: 'took', value: at, offset: 5 }, { value: -5 }, 'left'),
  ];
}

/** By the nearest rank. */
function percentile(sorted: Float64Array, percent: number): number | undefined {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}
