import type { Stretch, Timeline } from '../../src/view/chart-view.ts';
import { CALL_STATES } from '../../src/view/job-view.ts';
import type { Drawing } from './chart.tsx';
import { BOTTOM, drawTimeAxis, LEFT, RIGHT } from './draw-axis.ts';

const MOST_HEIGHT = 440;
const TOP = 4;
/** What went wrong is drawn over what did not. */
const ORDER = (['waiting', 'success', 'running', 'cancelled', 'lost', 'error'] as const).map((name) =>
  CALL_STATES.indexOf(name),
);

/** Lanes are as high as there is room, up to 22 px. */
export function laneAreaHeight(lanes: number): number {
  return Math.round(Math.min(Math.max(lanes * 22, 66), MOST_HEIGHT)) + BOTTOM + TOP;
}

export function drawLanes(drawing: Drawing, { lanes, end }: Timeline): void {
  const { context, width, height, color } = drawing;
  context.clearRect(0, 0, width, height);
  drawTimeAxis(drawing, end);
  const lane = laneHeight(drawing, lanes.length);
  const gap = lane >= 6 ? 2 : lane >= 3 ? 1 : 0;
  const scale = (width - LEFT - RIGHT) / end;
  for (const state of ORDER) {
    // However short it was, and however thin its lane: what went wrong is seen.
    const least = CALL_STATES[state] === 'error' ? 3 : 1.5;
    context.fillStyle = color(CALL_STATES[state] ?? '');
    for (const [row, { stretches }] of lanes.entries())
      for (const [from, to, of] of stretches)
        if (of === state) {
          const x = LEFT + from * scale;
          const length = Math.max((to - from) * scale, least);
          // Calls one after the other are seen apart.
          const shown = length > 6 ? length - 1 : length;
          drawBar(context, x, TOP + row * lane, shown, Math.max(lane - gap, least));
        }
  }
  context.fillStyle = color('muted');
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const every = Math.max(1, Math.ceil(14 / lane));
  for (let row = 0; row < lanes.length; row += every)
    context.fillText(shortName(lanes[row]?.name ?? ''), LEFT - 6, TOP + (row + 0.5) * lane);
}

/** What is drawn at a place. */
export function stretchAt(
  drawing: Drawing,
  { lanes, end }: Timeline,
  x: number,
  y: number,
): { readonly lane: string; readonly stretch: Stretch } | undefined {
  const { width } = drawing;
  const lane = lanes[Math.floor((y - TOP) / laneHeight(drawing, lanes.length))];
  const perPixel = end / (width - LEFT - RIGHT);
  const at = (x - LEFT) * perPixel;
  const hits = lane?.stretches.filter(([from, to]) => from - 2 * perPixel <= at && at <= to + 2 * perPixel) ?? [];
  const stretch = hits.toSorted((a, b) => ORDER.indexOf(b[2]) - ORDER.indexOf(a[2]))[0];
  return lane === undefined || stretch === undefined ? undefined : { lane: lane.name, stretch };
}

function laneHeight({ height }: Drawing, lanes: number): number {
  return (height - BOTTOM - TOP) / Math.max(lanes, 3);
}

function drawBar(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  if (width < 6 || height < 6) context.fillRect(x, y, width, height);
  else {
    context.beginPath();
    context.roundRect(x, y, width, height, 3);
    context.fill();
  }
}

/** Of `host/pid` the pid: hosts are mostly the same. Of a range of calls the first. */
function shortName(name: string): string {
  const [first = name] = name.slice(name.lastIndexOf('/') + 1).split('–');
  return first.slice(-7);
}
