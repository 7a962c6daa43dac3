import type { CallColumn, CallSelection } from '../view/call-view.ts';
import { CALL_STATES, type CallStateName } from '../view/job-view.ts';
import type { CallTable } from './call-table.ts';

/** Rows of a table that a selection names, in its order; what has no value comes last. */
export function selectCalls(table: CallTable, selection: CallSelection, lost: boolean): Uint32Array {
  const rows = matching(table, selection, lost);
  // Rows are in the order of calls, unless there are too many of them.
  if (selection.sort === 'call' && !selection.descending && isAscending(rows, table.call)) return rows;
  const key = keyOf(table, selection.sort);
  const sign = selection.descending ? -1 : 1;
  const keys = new Float64Array(table.rows);
  for (const row of rows) keys[row] = key(row);
  return rows.sort((a, b) => {
    const x = keys[a] ?? Number.NaN;
    const y = keys[b] ?? Number.NaN;
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) return (table.call[a] ?? 0) - (table.call[b] ?? 0);
    if (Number.isNaN(x)) return 1;
    if (Number.isNaN(y)) return -1;
    return sign * (x - y);
  });
}

function isAscending(rows: Uint32Array, values: Uint32Array): boolean {
  for (let i = 1; i < rows.length; i++) if ((values[rows[i - 1] ?? 0] ?? 0) > (values[rows[i] ?? 0] ?? 0)) return false;
  return true;
}

function matching(table: CallTable, { state, search = '' }: CallSelection, lost: boolean): Uint32Array {
  const accepts = searchOf(table, search.trim().toLowerCase());
  const wanted = state === undefined ? undefined : codesOf(state, lost);
  const rows = new Uint32Array(table.rows);
  let count = 0;
  for (let row = 0; row < table.rows; row++)
    if ((wanted === undefined || wanted.includes(table.state[row] ?? 0)) && accepts(row)) rows[count++] = row;
  return rows.slice(0, count);
}

/** Where the program has ended, calls that waited or ran are lost. */
function codesOf(state: CallStateName, lost: boolean): readonly number[] {
  const codes = (names: readonly CallStateName[]) => names.map((name) => CALL_STATES.indexOf(name));
  if (state === 'lost') return lost ? codes(['waiting', 'running']) : [];
  if (lost && (state === 'waiting' || state === 'running')) return [];
  return codes([state]);
}

function searchOf(table: CallTable, search: string): (row: number) => boolean {
  if (search === '') return () => true;
  const workers = new Set(
    table.workers.flatMap((name, number) => (name.toLowerCase().includes(search) ? [number + 1] : [])),
  );
  const wanted = /^#?0*\d+$/.test(search) ? Number(search.replace('#', '')) : undefined;
  return (row) => {
    const call = table.call[row] ?? 0;
    if (wanted === call || workers.has(table.worker[row] ?? 0)) return true;
    const error = table.errors.get(call);
    return error !== undefined && `${error.name}: ${error.message}`.toLowerCase().includes(search);
  };
}

function keyOf(table: CallTable, column: CallColumn): (row: number) => number {
  const { numbers } = table;
  const from = (values: { readonly [row: number]: number }) => (row: number) => values[row] ?? Number.NaN;
  switch (column) {
    case 'call':
      return from(table.call);
    case 'state':
      return from(table.state);
    case 'attempts':
      return from(table.attempts);
    case 'worker': {
      const order = new Map(table.workers.toSorted().map((name, rank) => [name, rank]));
      return (row) => order.get(table.workerOf(row) ?? '') ?? Number.NaN;
    }
    case 'start':
    case 'duration':
    case 'cpu':
    case 'memory':
      return from(numbers[column]);
  }
}
