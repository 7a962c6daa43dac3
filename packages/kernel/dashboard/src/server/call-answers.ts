import type { JournalError } from '@lithops/core/journal';
import type { CallTable } from '../history/call-table.ts';
import type { OpenJob } from '../history/open-job.ts';
import { selectCalls } from '../history/select-calls.ts';
import { sourceFrames } from '../history/source-frames.ts';
import type { CallDetail, CallPage, CallRow, CallSelection, ErrorView } from '../view/call-view.ts';
import { HttpError } from './http-error.ts';

const MOST_LOG_CHARS = 256 * 1024;
const MOST_ERROR_CHARS = 300;

/** Selections are kept while somebody scrolls through them and the job does not change. */
const selections = new WeakMap<OpenJob, { readonly key: string; readonly rows: Uint32Array }>();

/** Some rows of the calls of a job. */
export function callPage(job: OpenJob, selection: CallSelection, from: number, count: number): CallPage {
  const key = JSON.stringify([job.version, selection]);
  const kept = selections.get(job);
  const rows = kept?.key === key ? kept.rows : selectCalls(job.table, selection, job.lost);
  selections.set(job, { key, rows });
  return {
    total: rows.length,
    from,
    rows: Array.from(rows.subarray(from, from + count), (row) => callRow(job, row)),
  };
}

/** Everything about one call. @throws HttpError 404 when the journal tells nothing of it */
export async function callDetail(job: OpenJob, call: number): Promise<CallDetail> {
  const { table } = job;
  const row = table.rowOf(call);
  if (row === undefined) throw new HttpError(404, `the journal tells nothing of call ${call}`);
  const time = (column: 'submitted' | 'invoked' | 'start' | 'done') => {
    const value = table.number(column, row);
    return value === undefined ? undefined : table.since + value;
  };
  const [invokedAt, startedAt, doneAt] = [time('invoked'), time('start'), time('done')];
  const error = table.errors.get(call);
  const retries = (table.retries.get(call) ?? []).map(async ({ at, attempt, error: retried }) => ({
    at,
    attempt,
    error: await errorView(job, retried, at),
  }));
  const logs = job.logs.ofCall(call, MOST_LOG_CHARS);
  return {
    row: callRow(job, row),
    submittedAt: time('submitted') ?? table.since,
    ...(invokedAt !== undefined && { invokedAt }),
    ...(startedAt !== undefined && { startedAt }),
    ...(doneAt !== undefined && { doneAt }),
    coldStart: table.isCold(row),
    cached: table.isCached(row),
    ...(error !== undefined && { error: await errorView(job, error, doneAt ?? Date.now()) }),
    retries: await Promise.all(retries),
    logs: logs.pieces,
    logsCut: logs.cut,
  };
}

function callRow(job: OpenJob, row: number): CallRow {
  const { table } = job;
  const call = table.call[row] ?? 0;
  const known = table.stateOf(row);
  const state = job.lost && (known === 'running' || known === 'waiting') ? 'lost' : known;
  const attempts = table.attempts[row] ?? 0;
  const error = table.errors.get(call);
  return {
    call,
    state,
    ...numbersOf(table, row),
    ...(attempts > 0 && { attempts }),
    ...(table.workerOf(row) !== undefined && { worker: table.workerOf(row) ?? '' }),
    ...(error !== undefined && { error: `${error.name}: ${error.message}`.slice(0, MOST_ERROR_CHARS) }),
  };
}

function numbersOf(table: CallTable, row: number): Partial<Record<'start' | 'duration' | 'cpu' | 'memory', number>> {
  const numbers: Partial<Record<'start' | 'duration' | 'cpu' | 'memory', number>> = {};
  for (const column of ['start', 'duration', 'cpu', 'memory'] as const) {
    const value = table.number(column, row);
    if (value !== undefined) numbers[column] = value;
  }
  return numbers;
}

async function errorView(job: OpenJob, { name, message, stack }: JournalError, at: number): Promise<ErrorView> {
  const frames = stack === undefined ? [] : await sourceFrames(stack, job.journal.executor?.script, at);
  return { name, message, ...(stack !== undefined && { stack }), frames };
}
