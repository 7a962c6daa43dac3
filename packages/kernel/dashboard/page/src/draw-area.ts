import type { Drawing } from './chart.tsx';
import { BOTTOM, drawTimeAxis, LEFT, RIGHT } from './draw-axis.ts';
import { count } from './format.ts';

const TOP = 8;

/** Values at equal steps of time, as a filled line. */
export function drawArea(
  drawing: Drawing,
  values: readonly number[],
  { color: colorName, end, most: top }: { readonly color: string; readonly end: number; readonly most: number },
): void {
  const { context, width, height, color } = drawing;
  context.clearRect(0, 0, width, height);
  drawTimeAxis(drawing, end);
  const most = Math.max(top, 1e-9);
  const foot = height - BOTTOM;
  const step = (width - LEFT - RIGHT) / values.length;
  const y = (value: number) => foot - (value / most) * (foot - TOP);
  context.beginPath();
  context.moveTo(LEFT, foot);
  for (const [i, value] of values.entries()) {
    context.lineTo(LEFT + i * step, y(value));
    context.lineTo(LEFT + (i + 1) * step, y(value));
  }
  context.lineTo(width - RIGHT, foot);
  context.closePath();
  context.fillStyle = color(colorName);
  context.globalAlpha = 0.22;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = color(colorName);
  context.lineWidth = 1.5;
  context.stroke();
  context.fillStyle = color('muted');
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillText(short(most), LEFT - 6, TOP);
  context.fillText('0', LEFT - 6, foot);
}

/** What is said of the value at a place. @param say told the value, and how far along it is, 0 to 1 */
export function areaAt(
  { width }: Drawing,
  values: readonly number[],
  x: number,
  say: (value: number, part: number) => string,
): string | undefined {
  const part = (x - LEFT) / (width - LEFT - RIGHT);
  const value = values[Math.floor(part * values.length)];
  return value === undefined || part < 0 ? undefined : say(value, part);
}

function short(value: number): string {
  if (value >= 10_000) return `${count(Math.round(value / 1000))}k`;
  return value >= 10 || Number.isInteger(value) ? count(Math.round(value)) : value.toFixed(1);
}
