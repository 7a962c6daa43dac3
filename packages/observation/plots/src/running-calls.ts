import type { PlotData, PlotJob, Stretch } from './plot-data.ts';
import { evenEdges } from './stacked.ts';
import { addCoverage } from './time-bins.ts';

/** Of fewer calls each step is shown. */
const MOST_EXACT = 480;
const BINS = 430;

/** How many calls of each job ran between neighbouring edges, which are in ms. */
export interface RunningCalls {
  readonly edges: Float64Array;
  readonly byJob: ReadonlyMap<PlotJob, Float64Array>;
}

/** Exact for few calls; for many the mean in each of as many bins as can be told apart. */
export function runningCalls({ calls, jobs, span }: PlotData): RunningCalls {
  const ran = calls.flatMap(({ ran, job }) => (ran === undefined ? [] : [{ ...ran, job }]));
  const exact = ran.length <= MOST_EXACT;
  const edges = exact ? edgesOf(ran, span) : evenEdges(span, BINS);
  const byJob = new Map(jobs.map((job) => [job, new Float64Array(edges.length - 1)]));
  const places = new Map(Array.from(edges, (edge, place) => [edge, place]));
  for (const { job, ...stretch } of ran) {
    const running = byJob.get(job);
    if (running === undefined) continue;
    if (exact) addOne(running, places.get(stretch.from) ?? 0, places.get(stretch.to) ?? 0);
    else addCoverage(running, stretch, span, 1);
  }
  return { edges, byJob };
}

function edgesOf(ran: readonly Stretch[], span: number): Float64Array {
  return Float64Array.from(new Set([0, ...ran.flatMap(({ from, to }) => [from, to]), span])).sort();
}

function addOne(running: Float64Array, first: number, end: number): void {
  for (let place = first; place < end; place++) running[place] = (running[place] ?? 0) + 1;
}
