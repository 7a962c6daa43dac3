import type { PlotJob } from './plot-data.ts';

/** A column of a histogram, or a part of it. */
export interface Column {
  readonly from: number;
  readonly to: number;
  readonly bottom: number;
  readonly top: number;
  readonly fill: string;
}

/** The columns of several jobs upon each other. @param edges of the columns, one more than there are */
export function stacked(heights: ReadonlyMap<PlotJob, Float64Array>, edges: Float64Array): Column[][] {
  const reached = new Float64Array(edges.length);
  return Array.from(heights, ([{ color }, ofJob]) =>
    Array.from(ofJob, (height, place) => {
      const bottom = reached[place] ?? 0;
      const top = bottom + height;
      reached[place] = top;
      return {
        from: round(edges[place] ?? 0),
        to: round(edges[place + 1] ?? 0),
        bottom: round(bottom),
        top: round(top),
        fill: color,
      };
    }),
  );
}

/** Of columns of one width. */
export function evenEdges(end: number, columns: number): Float64Array {
  return Float64Array.from({ length: columns + 1 }, (_, place) => (end * place) / columns);
}

/** Digits beyond what can be seen only make files larger. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
