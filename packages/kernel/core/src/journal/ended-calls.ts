import type { CallState } from '../future/call.ts';
import type { CallStats } from '../future/call-stats.ts';
import type { ObservedCall, ObservedJob } from '../observation/job-observer.ts';
import { type CallEndedEntry, type JournalError, toJournalError } from './journal-entry.ts';

/** Many calls that ended, in one line: rows of numbers take a fifth of what objects do. */
export interface EndedCallsLine {
  readonly type: 'ended';
  readonly jobId: string;
  /** What times in the rows count from, ms since the epoch. */
  readonly since: number;
  readonly workers: readonly string[];
  readonly rows: readonly EndedCallRow[];
  /** By the calls' numbers. */
  readonly errors: Readonly<Record<number, JournalError>>;
}

/** Numbers as in `COLUMNS`; absent ones are null. */
type EndedCallRow = readonly (number | null)[];

const STATES: readonly CallState[] = ['new', 'invoked', 'running', 'success', 'error', 'cancelled'];

/** Times that count from `since`, and then numbers as they are. */
const TIMES = ['hostSubmittedAt', 'hostInvokedAt', 'hostDoneAt', 'workerStartedAt'] as const;
const NUMBERS = ['workerDuration', 'workerCpuTime', 'workerPeakMemoryBytes', 'attempts'] as const;
const FLAGS = ['coldStart', 'cached'] as const;

/** The calls of one job as a line. */
export function toEndedCallsLine(job: ObservedJob, calls: readonly ObservedCall[]): EndedCallsLine {
  const since = Math.floor(job.submittedAt);
  const workers = new Map<string, number>();
  const errors: Record<number, JournalError> = {};
  const rows = calls.map(({ index, state, stats, error }) => {
    if (error !== undefined) errors[index] = toJournalError(error);
    const row: (number | null)[] = [index, STATES.indexOf(state)];
    for (const name of TIMES) row.push(rounded(stats[name], since));
    for (const name of NUMBERS) row.push(rounded(stats[name], 0));
    for (const name of FLAGS) row.push(stats[name] === undefined ? null : Number(stats[name]));
    row.push(workerNumber(workers, stats.worker));
    return row;
  });
  return { type: 'ended', jobId: job.jobId, since, workers: [...workers.keys()], rows, errors };
}

/** The same calls, one by one. */
export function toEndedCalls({ jobId, since, workers, rows, errors }: EndedCallsLine): CallEndedEntry[] {
  return rows.map((row) => {
    const cells = row.values();
    const call = cells.next().value ?? 0;
    const state = STATES[cells.next().value ?? 0] ?? 'new';
    const stats: Record<string, unknown> = {};
    const read = (name: string, convert: (cell: number) => unknown) => {
      const cell = cells.next().value ?? null;
      if (cell !== null) stats[name] = convert(cell);
    };
    for (const name of TIMES) read(name, (cell) => cell + since);
    for (const name of NUMBERS) read(name, (cell) => cell);
    for (const name of FLAGS) read(name, (cell) => cell === 1);
    read('worker', (cell) => workers[cell]);
    const error = errors[call];
    return {
      type: 'ended',
      jobId,
      call,
      state,
      stats: stats as unknown as CallStats,
      ...(error !== undefined && { error }),
    }; // as they were written
  });
}

/** Hundredths of a ms are enough, and short. */
function rounded(value: number | undefined, since: number): number | null {
  return value === undefined ? null : Math.round((value - since) * 100) / 100;
}

function workerNumber(workers: Map<string, number>, worker: string | undefined): number | null {
  if (worker === undefined) return null;
  const known = workers.get(worker);
  if (known !== undefined) return known;
  workers.set(worker, workers.size);
  return workers.size - 1;
}
