import { useEffect, useRef, useState } from 'preact/hooks';
import { themeVersion } from './theme.tsx';

/** A canvas to draw on, in CSS pixels, and the colours of the page. */
export interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly color: (name: string) => string;
}

export interface ChartProps {
  /** px */
  readonly height: number;
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly draw: (drawing: Drawing) => void;
  /** What is said of a place. */
  readonly tip?: (drawing: Drawing, x: number, y: number) => string | undefined;
  readonly click?: (drawing: Drawing, x: number, y: number) => void;
}

/** A picture that is drawn anew when it is shown, when its size or the theme changes. */
export function Chart({ height, label, draw, tip, click }: ChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [pointed, setPointed] = useState<{ readonly x: number; readonly text: string; readonly y: number }>();
  const theme = themeVersion.value;
  useEffect(() => {
    const { current } = canvas;
    if (current === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    setWidth(current.clientWidth);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const { current } = canvas;
    if (current === null || width === 0) return;
    current.width = Math.round(width * devicePixelRatio);
    current.height = Math.round(height * devicePixelRatio);
    const drawing = drawingOf(current, width, height);
    drawing?.context.scale(devicePixelRatio, devicePixelRatio);
    if (drawing === undefined) return;
    draw(drawing);
    current.dataset['drawn'] = 'yes';
  }, [draw, width, height, theme]);
  const at = <T,>(event: MouseEvent, use: ((drawing: Drawing, x: number, y: number) => T) | undefined) => {
    const drawing = canvas.current === null ? undefined : drawingOf(canvas.current, width, height);
    return drawing === undefined ? undefined : use?.(drawing, event.offsetX, event.offsetY);
  };
  return (
    <div class="chart">
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        style={{ height: `${height}px`, cursor: pointed !== undefined && click !== undefined ? 'pointer' : 'default' }}
        onMouseMove={(event) => {
          const text = at(event, tip);
          setPointed(text === undefined ? undefined : { x: event.offsetX, y: event.offsetY, text });
        }}
        onMouseLeave={() => setPointed(undefined)}
        onClick={(event) => at(event, click)}
      />
      {pointed !== undefined && (
        <div
          class="tip"
          aria-hidden="true"
          style={{
            top: `${pointed.y + 14}px`,
            ...(pointed.x > width / 2 ? { right: `${width - pointed.x}px` } : { left: `${pointed.x}px` }),
          }}
        >
          {pointed.text}
        </div>
      )}
    </div>
  );
}

function drawingOf(canvas: HTMLCanvasElement, width: number, height: number): Drawing | undefined {
  const context = canvas.getContext('2d');
  if (context === null) return undefined;
  const style = getComputedStyle(canvas);
  return { context, width, height, color: (name) => style.getPropertyValue(`--${name}`).trim() };
}
