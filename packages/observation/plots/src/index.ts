import type { CallRecord } from '@lithops/core';
import { histogramSpec } from './histogram-spec.ts';
import { plotDataOf } from './plot-data.ts';
import { renderPng } from './render-png.ts';
import { renderSvg } from './render-svg.ts';
import { timelineSpec } from './timeline-spec.ts';

/** A plot, ready to be written to files. */
export interface DrawnPlot {
  /** `timeline`: when each call ran. `histogram`: how many ran at once, and how long they took. */
  readonly name: 'timeline' | 'histogram';
  readonly svg: string;
  /** Twice as large as the SVG, for sharp screens. */
  readonly png: Uint8Array;
}

/**
 * Draws how calls went, of one job or of many. Up to some hundred calls are drawn one by one, more of them as densities, so
 * that size and time do not grow with them.
 * @param calls at least one
 */
export async function drawPlots(calls: readonly CallRecord[]): Promise<DrawnPlot[]> {
  const data = plotDataOf(calls);
  const timeline = await drawn('timeline', await renderSvg(timelineSpec(data)));
  return [timeline, await drawn('histogram', await renderSvg(histogramSpec(data)))];
}

async function drawn(name: DrawnPlot['name'], svg: string): Promise<DrawnPlot> {
  return { name, svg, png: await renderPng(svg) };
}
