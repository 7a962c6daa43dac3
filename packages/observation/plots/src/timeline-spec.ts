import type { Axis, Scale, Signal, Spec } from 'vega';
import { bandBars } from './band-bars.ts';
import { callBars } from './call-bars.ts';
import { jobEntries, legendOf, stateEntries } from './legend.ts';
import type { PlotData } from './plot-data.ts';
import { PLOT_WIDTH } from './theme.ts';

/** So many calls have lines of their own. */
const MOST_LINES = 480;
/** So many lines have names of their own. */
const MOST_NAMES = 30;
const LEAST_HEIGHT = 120;
const NAMED_LINE = 18;

/** When each call waited and ran: time across, calls in the order of their submission down. */
export function timelineSpec(data: PlotData): Spec {
  const { calls, span, unit } = data;
  const { bars, signs } = calls.length <= MOST_LINES ? callBars(data) : bandBars(data);
  const height = Math.max(LEAST_HEIGHT, Math.min(MOST_LINES, calls.length * NAMED_LINE));
  const { scale, legend } = legendOf([...jobEntries(data), ...stateEntries(data)]);
  const inUnits = (ms: number) => round(ms / unit.ms);
  // What takes no time is to be seen too.
  const least = span / PLOT_WIDTH;
  const names = axisOfCalls(data);
  return {
    width: PLOT_WIDTH,
    height,
    padding: 22,
    autosize: 'pad',
    title: { text: 'Timeline of calls', subtitle: [...data.summary] },
    data: [
      {
        name: 'bars',
        values: bars.map(({ from, to, ...bar }) => ({
          ...bar,
          from: inUnits(from),
          to: inUnits(Math.max(to, from + least)),
        })),
      },
      { name: 'signs', values: signs.map(({ at, ...sign }) => ({ ...sign, at: inUnits(at) })) },
    ],
    signals: names.signals,
    scales: [
      { name: 'time', type: 'linear', domain: [0, inUnits(span)], range: 'width', zero: true, nice: true },
      { name: 'rows', type: 'linear', domain: [0, calls.length], range: [0, height] },
      ...names.scales,
      scale,
    ],
    axes: [
      {
        orient: 'bottom',
        scale: 'time',
        title: `Time since the first submission (${unit.name})`,
        grid: true,
        tickCount: 10,
        zindex: 0,
      },
      names.axis,
    ],
    legends: [legend],
    marks: [
      {
        type: 'rect',
        from: { data: 'bars' },
        encode: {
          enter: {
            x: { scale: 'time', field: 'from' },
            x2: { scale: 'time', field: 'to' },
            y: { scale: 'rows', field: 'top' },
            y2: { scale: 'rows', field: 'bottom' },
            fill: { field: 'fill' },
            fillOpacity: { field: 'opacity' },
          },
        },
      },
      {
        type: 'symbol',
        from: { data: 'signs' },
        encode: {
          enter: {
            x: { scale: 'time', field: 'at' },
            y: { scale: 'rows', field: 'row' },
            shape: { value: calls.length <= MOST_LINES ? 'circle' : 'square' },
            size: { value: calls.length <= MOST_NAMES ? 60 : calls.length <= MOST_LINES ? 20 : 9 },
            fill: { field: 'fill' },
            stroke: { value: '#ffffff' },
            strokeWidth: { value: calls.length <= MOST_NAMES ? 1.2 : calls.length <= MOST_LINES ? 0.5 : 0 },
          },
        },
      },
    ],
  };
}

/** Few calls by their names, many by their number. */
function axisOfCalls({ calls, jobs }: PlotData): {
  readonly signals: Signal[];
  readonly scales: Scale[];
  readonly axis: Axis;
} {
  if (calls.length > MOST_NAMES) {
    return {
      signals: [],
      scales: [],
      axis: {
        orient: 'left',
        scale: 'rows',
        title: 'Calls, in the order of submission',
        format: ',d',
        tickMinStep: 1,
        tickCount: 8,
      },
    };
  }
  const names = calls.map(({ callId, job }) => (jobs.length > 1 ? `${job.label.split(' ')[0]} / ${callId}` : callId));
  return {
    signals: [{ name: 'names', value: names }],
    scales: [{ name: 'rows-by-name', type: 'band', domain: calls.map(({ row }) => String(row)), range: 'height' }],
    axis: {
      orient: 'left',
      scale: 'rows-by-name',
      title: jobs.length > 1 ? 'Job / call' : 'Call',
      ticks: false,
      labelPadding: 6,
      encode: { labels: { update: { text: { signal: 'names[+datum.value]' } } } },
    },
  };
}

/** Digits beyond what can be seen only make files larger. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
