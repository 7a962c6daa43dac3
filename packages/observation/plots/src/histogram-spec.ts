import type { Spec } from 'vega';
import { concurrencyGroup } from './concurrency-group.ts';
import { durationsGroup } from './durations-group.ts';
import { jobEntries, legendOf } from './legend.ts';
import type { PlotData } from './plot-data.ts';
import { PLOT_WIDTH } from './theme.ts';

/** How many calls ran at once, over time and by job; and below that, how long they took. */
export function histogramSpec(data: PlotData): Spec {
  const { scale, legend } = legendOf(jobEntries(data));
  return {
    width: PLOT_WIDTH,
    padding: 22,
    autosize: 'pad',
    title: { text: 'Concurrency of calls', subtitle: [...data.summary] },
    layout: { columns: 1, padding: 34, bounds: 'full', align: 'each' },
    scales: [scale],
    legends: [legend],
    marks: [concurrencyGroup(data), durationsGroup(data)],
  };
}
