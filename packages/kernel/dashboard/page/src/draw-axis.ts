import type { Drawing } from './chart.tsx';
import { duration } from './format.ts';

export const LEFT = 44;
export const RIGHT = 8;
export const BOTTOM = 20;

const STEPS = [1, 2, 5];

/** Times at the foot of a chart, at round numbers. */
export function drawTimeAxis({ context, width, height, color }: Drawing, end: number): void {
  const step = roundStep(end / Math.max((width - LEFT - RIGHT) / 90, 2));
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'bottom';
  for (let at = 0; at <= end; at += step) {
    const x = LEFT + (at / end) * (width - LEFT - RIGHT);
    context.fillStyle = color('grid');
    context.fillRect(Math.round(x), 0, 1, height - BOTTOM + 3);
    context.fillStyle = color('muted');
    const text = at === 0 ? '0' : duration(at);
    context.textAlign = x + 20 > width ? 'right' : 'center';
    context.fillText(text, Math.min(x, width), height - 2);
  }
}

/** A step of 1, 2 or 5 and zeros, of seconds, minutes or hours. */
function roundStep(least: number): number {
  for (const unit of [3_600_000, 60_000])
    for (const amount of [1, 2, 5, 10, 20, 30])
      if (least > (unit / 60) * 30 && amount * unit >= least) return amount * unit;
  const power = 10 ** Math.floor(Math.log10(least));
  return (STEPS.find((step) => step * power >= least) ?? 10) * power;
}
