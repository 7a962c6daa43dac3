import type { CallState } from '../future/call.ts';
import { type CallMeasurements, toStats } from '../future/call-stats.ts';
import type { ObservedCall, ObservedJob } from '../observation/job-observer.ts';
import { type CallEndedEntry, type JournalError, toJournalError } from './journal-entry.ts';

/** Many calls that ended, in one line: columns of whole numbers are made in an eighth of the time that objects take. */
export interface EndedCallsLine {
  readonly type: 'ended';
  readonly jobId: string;
  /** What times in the columns count from, ms since the epoch. */
  readonly since: number;
  readonly workers: readonly string[];
  readonly columns: Columns;
  /** By the calls' numbers. */
  readonly errors: Readonly<Record<number, JournalError>>;
}

/** Of all calls what of one is in {@link CallMeasurements}; null where nobody knows. */
interface Columns {
  readonly call: number[];
  /** Places in `STATES`. */
  readonly state: number[];
  /** Hundredths of a ms after `since`. */
  readonly submittedAt: (number | null)[];
  readonly invokedAt: (number | null)[];
  readonly doneAt: (number | null)[];
  readonly startedAt: (number | null)[];
  /** Hundredths of a ms. */
  readonly duration: (number | null)[];
  readonly cpuTime: (number | null)[];
  readonly peakMemoryBytes: (number | null)[];
  readonly attempts: number[];
  /** 1 and 0 for true and false. */
  readonly coldStart: (number | null)[];
  readonly cached: number[];
  /** Places in `workers`. */
  readonly worker: (number | null)[];
}

const STATES: readonly CallState[] = ['new', 'invoked', 'running', 'success', 'error', 'cancelled'];

/** The calls of one job as a line. */
export function toEndedCallsLine(job: ObservedJob, calls: readonly ObservedCall[]): EndedCallsLine {
  const since = Math.floor(job.submittedAt);
  const workers: string[] = [];
  const errors: Record<number, JournalError> = {};
  const columns: Columns = {
    call: [],
    state: [],
    submittedAt: [],
    invokedAt: [],
    doneAt: [],
    startedAt: [],
    duration: [],
    cpuTime: [],
    peakMemoryBytes: [],
    attempts: [],
    coldStart: [],
    cached: [],
    worker: [],
  };
  for (const call of calls) {
    const { index, error, coldStart } = call;
    if (error !== undefined) errors[index] = toJournalError(error);
    columns.call.push(index);
    columns.state.push(STATES.indexOf(call.state));
    columns.submittedAt.push(hundredths(call.submittedAt, since));
    columns.invokedAt.push(hundredths(call.invokedAt, since));
    columns.doneAt.push(hundredths(call.doneAt, since));
    columns.startedAt.push(hundredths(call.startedAt, since));
    columns.duration.push(hundredths(call.duration, 0));
    columns.cpuTime.push(hundredths(call.cpuTime, 0));
    columns.peakMemoryBytes.push(call.peakMemoryBytes ?? null);
    columns.attempts.push(call.attempts);
    columns.coldStart.push(coldStart === undefined ? null : Number(coldStart));
    columns.cached.push(Number(call.cached));
    columns.worker.push(placeOf(workers, call.worker));
  }
  return { type: 'ended', jobId: job.jobId, since, workers, columns, errors };
}

/** The same calls, one by one. */
export function toEndedCalls({ jobId, since, workers, columns, errors }: EndedCallsLine): CallEndedEntry[] {
  return columns.call.map((call, row) => {
    const worker = columns.worker[row] ?? null;
    const coldStart = columns.coldStart[row] ?? null;
    const measured: CallMeasurements = {
      submittedAt: milliseconds(columns.submittedAt[row], since) ?? since,
      invokedAt: milliseconds(columns.invokedAt[row], since),
      doneAt: milliseconds(columns.doneAt[row], since),
      startedAt: milliseconds(columns.startedAt[row], since),
      duration: milliseconds(columns.duration[row], 0),
      cpuTime: milliseconds(columns.cpuTime[row], 0),
      peakMemoryBytes: columns.peakMemoryBytes[row] ?? undefined,
      worker: worker === null ? undefined : workers[worker],
      coldStart: coldStart === null ? undefined : coldStart === 1,
      attempts: columns.attempts[row] ?? 0,
      bytesIn: undefined,
      bytesOut: undefined,
      cached: columns.cached[row] === 1,
    };
    const state = STATES[columns.state[row] ?? 0] ?? 'new';
    const error = errors[call];
    return { type: 'ended', jobId, call, state, stats: toStats(measured), ...(error !== undefined && { error }) };
  });
}

/** They are enough, and whole numbers are written several times as fast. */
function hundredths(ms: number | undefined, since: number): number | null {
  return ms === undefined ? null : Math.round((ms - since) * 100);
}

function milliseconds(written: number | null | undefined, since: number): number | undefined {
  return typeof written === 'number' ? written / 100 + since : undefined;
}

/** Few workers run the calls of one line. */
function placeOf(workers: string[], worker: string | undefined): number | null {
  if (worker === undefined) return null;
  const place = workers.indexOf(worker);
  return place >= 0 ? place : workers.push(worker) - 1;
}
