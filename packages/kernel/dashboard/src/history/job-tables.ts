import type { ErrorGroup, WorkerPage, WorkerView } from '../view/chart-view.ts';
import { CALL_STATES } from '../view/job-view.ts';
import type { CallTable } from './call-table.ts';

const MOST_GROUPS = 200;
const CALLS_PER_GROUP = 20;
const MOST_WORKERS = 1000;

/** Failed calls by what their errors say, the most frequent first. Numbers in messages do not tell errors apart. */
export function errorGroups(table: CallTable): ErrorGroup[] {
  const groups = new Map<string, { name: string; message: string; count: number; calls: number[] }>();
  for (const [call, { name, message }] of table.errors) {
    const key = `${name}\n${message.replaceAll(/\d+/g, '#')}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { name, message: message.slice(0, 500), count: 1, calls: [call] });
    else {
      group.count++;
      if (group.calls.length < CALLS_PER_GROUP) group.calls.push(call);
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count).slice(0, MOST_GROUPS);
}

/** What each worker has done, the busiest first. @param now ms since submission */
export function workersOf(
  table: CallTable,
  { now, lost }: { readonly now: number; readonly lost: boolean },
): WorkerPage {
  const totals = table.workers.map((worker) => new WorkerTotals(worker));
  for (let row = 0; row < table.rows; row++) totals[(table.worker[row] ?? 0) - 1]?.add(table, row, { now, lost });
  return { total: totals.length, workers: totals.sort((a, b) => b.busy - a.busy).slice(0, MOST_WORKERS) };
}

class WorkerTotals implements WorkerView {
  readonly worker: string;
  calls = 0;
  failed = 0;
  running = 0;
  busy = 0;
  cpuTime = 0;
  peakMemoryBytes = 0;
  coldStarts = 0;
  firstStart = Number.POSITIVE_INFINITY;
  lastEnd = 0;

  constructor(worker: string) {
    this.worker = worker;
  }

  add(table: CallTable, row: number, { now, lost }: { readonly now: number; readonly lost: boolean }): void {
    this.calls++;
    const state = CALL_STATES[table.state[row] ?? 0];
    if (state === 'error') this.failed++;
    if (state === 'running' && !lost) this.running++;
    const span = table.span(row, now);
    if (span !== undefined) {
      this.busy += span.to - span.from;
      this.firstStart = Math.min(this.firstStart, span.from);
      this.lastEnd = Math.max(this.lastEnd, span.to);
    }
    this.cpuTime += table.number('cpu', row) ?? 0;
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes, table.number('memory', row) ?? 0);
    if (table.isCold(row)) this.coldStarts++;
  }
}
