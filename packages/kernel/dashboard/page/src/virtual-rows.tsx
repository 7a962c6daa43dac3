import type { ComponentChildren, CSSProperties, HTMLAttributes } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** So many rows beyond what is seen are there as well. */
const OVERSCAN = 8;

export interface VirtualRowsProps {
  readonly count: number;
  /** Of every row, px: so any row is found by arithmetic, however many there are. */
  readonly rowHeight: number;
  /** A row to bring into view whenever it changes. */
  readonly shown?: number | undefined;
  /** Above the rows, and always in view. */
  readonly header?: ComponentChildren;
  readonly row: (index: number, style: CSSProperties) => ComponentChildren;
  /** Told which rows are there. */
  readonly onRange?: (first: number, last: number) => void;
  readonly attributes?: HTMLAttributes<HTMLDivElement>;
  readonly rowsAttributes?: HTMLAttributes<HTMLDivElement>;
}

/** Rows of which only those in view exist. */
export function VirtualRows({
  count,
  rowHeight,
  shown,
  header,
  row,
  onRange,
  attributes,
  rowsAttributes,
}: VirtualRowsProps) {
  const element = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const look = () => {
    const { current } = element;
    if (current === null) return;
    setView((before) => {
      const after = { top: current.scrollTop, height: current.clientHeight };
      return before.top === after.top && before.height === after.height ? before : after;
    });
  };
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    const observer = new ResizeObserver(look);
    observer.observe(current);
    look();
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const { current } = element;
    if (current === null || shown === undefined) return;
    const above = rows.current?.offsetTop ?? 0;
    const top = shown * rowHeight;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (top + rowHeight + above > current.scrollTop + current.clientHeight)
      current.scrollTop = top + rowHeight + above - current.clientHeight;
  }, [shown, rowHeight]);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN);
  const last = Math.min(count - 1, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);
  useEffect(() => onRange?.(first, last), [first, last, onRange]);
  const indices = Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => first + i);
  // What has the focus is always there.
  if (shown !== undefined && shown < count && (shown < first || shown > last)) indices.push(shown);
  return (
    <div {...attributes} ref={element} onScroll={look}>
      {header}
      <div {...rowsAttributes} ref={rows} style={{ height: `${count * rowHeight}px`, position: 'relative' }}>
        {indices.map((index) =>
          row(index, {
            position: 'absolute',
            insetInline: '0',
            height: `${rowHeight}px`,
            transform: `translateY(${index * rowHeight}px)`,
          }),
        )}
      </div>
    </div>
  );
}
