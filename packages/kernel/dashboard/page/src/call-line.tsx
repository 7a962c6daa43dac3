import type { CSSProperties } from 'preact';
import type { CallRow } from '../../src/view/call-view.ts';
import { Badge } from './badge.tsx';
import { bytes, count, duration } from './format.ts';

export interface CallLineProps {
  readonly index: number;
  /** Undefined while it is asked for. */
  readonly row: CallRow | undefined;
  readonly active: boolean;
  readonly chosen: boolean;
  readonly style: CSSProperties;
  readonly open: () => void;
}

/** A row of the table of calls. The table takes the keys. */
export function CallLine({ index, row, active, chosen, style, open }: CallLineProps) {
  const text = (value: number | undefined, show: (value: number) => string) => (value === undefined ? '' : show(value));
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the focus and opens its active row by Enter
    <div
      id={`call-row-${index}`}
      class={`grid-row ${index % 2 === 1 ? 'odd' : ''} ${active ? 'active' : ''} ${chosen ? 'chosen' : ''}`}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      style={style}
      onClick={open}
    >
      <span class="cell-call" role="gridcell">
        {row === undefined ? '…' : count(row.call)}
      </span>
      <span class="cell-state" role="gridcell">
        {row !== undefined && <Badge state={row.state} />}
      </span>
      <span class="cell-start" role="gridcell">
        {text(row?.start, duration)}
      </span>
      <span class="cell-duration" role="gridcell">
        {text(row?.duration, duration)}
      </span>
      <span class="cell-cpu" role="gridcell">
        {text(row?.cpu, duration)}
      </span>
      <span class="cell-memory" role="gridcell">
        {text(row?.memory, bytes)}
      </span>
      <span class="cell-attempts" role="gridcell">
        {text(row?.attempts, count)}
      </span>
      <span class="cell-worker" role="gridcell" title={row?.worker}>
        {row?.worker}
      </span>
      <span class="cell-error" role="gridcell" title={row?.error}>
        {row?.error}
      </span>
    </div>
  );
}
