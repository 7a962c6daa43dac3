import type { Stretch } from './plot-data.ts';

/** Adds to each bin of `span` ms the part of it that a stretch covers, times `weight`. */
export function addCoverage(bins: Float64Array, { from, to }: Stretch, span: number, weight: number): void {
  const width = span / bins.length;
  const first = Math.min(bins.length - 1, Math.floor(from / width));
  const last = Math.min(bins.length - 1, Math.floor(to / width));
  for (let bin = first; bin <= last; bin++) {
    const covered = Math.min(to, (bin + 1) * width) - Math.max(from, bin * width);
    bins[bin] = (bins[bin] ?? 0) + (Math.max(0, covered) / width) * weight;
  }
}
