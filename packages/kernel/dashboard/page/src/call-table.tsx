import { signal } from '@preact/signals';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CallColumn } from '../../src/view/call-view.ts';
import { CALL_STATES, type CallStateName, type JobDetail } from '../../src/view/job-view.ts';
import { CallLine } from './call-line.tsx';
import { CallPages } from './call-pages.ts';
import { count, counted } from './format.ts';
import { go, route } from './route.ts';
import { VirtualRows } from './virtual-rows.tsx';

const ROW_HEIGHT = 34;

const COLUMNS: readonly { readonly name: CallColumn; readonly title: string }[] = [
  { name: 'call', title: 'Call' },
  { name: 'state', title: 'State' },
  { name: 'start', title: 'Began' },
  { name: 'duration', title: 'Took' },
  { name: 'cpu', title: 'CPU' },
  { name: 'memory', title: 'Memory' },
  { name: 'attempts', title: 'Attempts' },
  { name: 'worker', title: 'Worker' },
];

const selection = {
  state: signal<CallStateName | undefined>(undefined),
  search: signal(''),
  sort: signal<CallColumn>('call'),
  descending: signal(false),
};

/** Shows the table with the failed calls whose errors say something. */
export function showFailed(job: string, search: string): void {
  selection.state.value = 'error';
  selection.search.value = search;
  go({ job, tab: 'calls' });
}

/** The calls of a job; only those in view are asked for. */
export function CallTable({ detail }: { readonly detail: JobDetail }) {
  const { id } = detail.summary;
  const pages = useMemo(() => new CallPages(id), [id]);
  useEffect(() => () => pages.close(), [pages]);
  const [active, setActive] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  const { state, search, sort, descending } = selection;
  pages.choose(
    {
      ...(state.value !== undefined && { state: state.value }),
      ...(search.value !== '' && { search: search.value }),
      sort: sort.value,
      descending: descending.value,
    },
    detail.version,
  );
  const total = pages.total.value;
  const look = useCallback((first: number, last: number) => pages.look(first, last), [pages]);
  const open = (index: number) => {
    const row = pages.row(index);
    if (row !== undefined) go({ job: id, tab: 'calls', call: row.call });
  };
  const move = (event: KeyboardEvent) => {
    const page = Math.max(Math.floor((grid.current?.clientHeight ?? 400) / ROW_HEIGHT) - 2, 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: total - 1,
    };
    const to = steps[event.key];
    if (to !== undefined && event.target === event.currentTarget) {
      event.preventDefault();
      setActive(Math.min(Math.max(to, 0), Math.max(total - 1, 0)));
    } else if (event.key === 'Enter' && event.target === event.currentTarget) open(active);
  };
  return (
    <div class="call-table">
      <div class="filters">
        <StateChips detail={detail} />
        <input
          type="search"
          aria-label="Find calls by number, worker or error"
          placeholder="Number, worker or error"
          value={search.value}
          onInput={({ currentTarget }) => {
            search.value = currentTarget.value;
          }}
        />
        <span class="small" role="status">
          {counted(total, 'call')}
        </span>
      </div>
      <VirtualRows
        count={total}
        rowHeight={ROW_HEIGHT}
        shown={active}
        onRange={look}
        attributes={{
          class: 'grid scroll',
          id: 'call-grid',
          role: 'grid',
          tabIndex: 0,
          'aria-label': 'Calls; arrow keys move, Enter opens',
          'aria-rowcount': total + 1,
          'aria-colcount': COLUMNS.length + 1,
          'aria-activedescendant': total > 0 ? `call-row-${active}` : undefined,
          onKeyDown: move,
        }}
        rowsAttributes={{ role: 'rowgroup' }}
        header={<Header />}
        row={(index, style) => (
          <CallLine
            key={index}
            index={index}
            row={pages.row(index)}
            active={index === active}
            chosen={pages.row(index)?.call === route.value.call}
            style={style}
            open={() => {
              setActive(index);
              open(index);
            }}
          />
        )}
      />
    </div>
  );
}

function StateChips({ detail }: { readonly detail: JobDetail }) {
  const { state } = selection;
  const shown = CALL_STATES.filter((each) => detail.counts[each] > 0 || state.value === each);
  return (
    <fieldset class="chips">
      <legend class="unseen">Calls in which state</legend>
      <button
        type="button"
        class="chip"
        aria-pressed={state.value === undefined}
        onClick={() => {
          state.value = undefined;
        }}
      >
        all
      </button>
      {shown.map((each) => (
        <button
          key={each}
          type="button"
          class={`chip ${each}`}
          aria-pressed={state.value === each}
          onClick={() => {
            state.value = each;
          }}
        >
          {each} <b>{count(detail.counts[each])}</b>
        </button>
      ))}
    </fieldset>
  );
}

function Header() {
  const { sort, descending } = selection;
  const sortBy = (name: CallColumn) => {
    descending.value = sort.value === name ? !descending.value : name !== 'call' && name !== 'worker';
    sort.value = name;
  };
  return (
    <div class="grid-header" role="rowgroup">
      <div class="grid-row" role="row" aria-rowindex={1}>
        {COLUMNS.map(({ name, title }) => {
          const order = sort.value !== name ? 'none' : descending.value ? 'descending' : 'ascending';
          return (
            <span key={name} class={`cell-${name}`} role="columnheader" aria-sort={order}>
              <button type="button" onClick={() => sortBy(name)}>
                {title}
                <span aria-hidden="true">{order === 'none' ? '' : order === 'ascending' ? ' ↑' : ' ↓'}</span>
              </button>
            </span>
          );
        })}
        <span class="cell-error" role="columnheader">
          Error
        </span>
      </div>
    </div>
  );
}
