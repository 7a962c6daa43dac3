import type { CallState } from '../future/call.ts';
import { type CallMeasurements, toStats } from '../future/call-stats.ts';
import type { ObservedJob } from '../observation/job-observer.ts';
import type { SettledCall } from '../stats/settled-calls.ts';
import type { CallEndedEntry, JournalError } from './journal-entry.ts';

/** Many calls that ended, in one line: one list of whole numbers is made in an eighth of the time that objects take. */
export interface EndedCallsLine {
  readonly type: 'ended';
  readonly jobId: string;
  /** What times in the cells count from, ms since the epoch. */
  readonly since: number;
  readonly workers: readonly string[];
  /** So many of each call, one call behind the other, in the order in which {@link toEndedCallsLine} pushes them; null where nobody knows. */
  readonly cells: readonly (number | null)[];
  /** By the calls' numbers. */
  readonly errors: Readonly<Record<number, JournalError>>;
}

const CELLS_PER_CALL = 13;

const STATES: readonly CallState[] = ['new', 'invoked', 'running', 'success', 'error', 'cancelled'];

/** The calls of one job as a line. @param errors of those that failed, by their numbers */
export function toEndedCallsLine(
  job: ObservedJob,
  calls: readonly SettledCall[],
  errors: ReadonlyMap<number, JournalError>,
): EndedCallsLine {
  const since = Math.floor(job.submittedAt);
  const workers: string[] = [];
  const errorsOf: Record<number, JournalError> = {};
  const cells: (number | null)[] = [];
  for (const call of calls) {
    const { index, coldStart } = call;
    const error = errors.get(index);
    if (error !== undefined) errorsOf[index] = error;
    cells.push(
      index,
      STATES.indexOf(call.state),
      hundredths(call.submittedAt, since),
      hundredths(call.invokedAt, since),
      hundredths(call.doneAt, since),
      hundredths(call.startedAt, since),
      hundredths(call.duration, 0),
      hundredths(call.cpuTime, 0),
      call.peakMemoryBytes ?? null,
      call.attempts,
      coldStart === undefined ? null : Number(coldStart),
      Number(call.cached),
      placeOf(workers, call.worker),
    );
  }
  return { type: 'ended', jobId: job.jobId, since, workers, cells, errors: errorsOf };
}

/** The same calls, one by one. */
export function toEndedCalls({ jobId, since, workers, cells, errors }: EndedCallsLine): CallEndedEntry[] {
  return Array.from({ length: cells.length / CELLS_PER_CALL }, (_, row) => {
    const [call, state, ...measured] = cells.slice(row * CELLS_PER_CALL, (row + 1) * CELLS_PER_CALL);
    const [submittedAt, invokedAt, doneAt, startedAt, duration, cpuTime, ...others] = measured;
    const [peakMemoryBytes, attempts, coldStart, cached, worker] = others;
    const measurements: CallMeasurements = {
      submittedAt: milliseconds(submittedAt, since) ?? since,
      invokedAt: milliseconds(invokedAt, since),
      doneAt: milliseconds(doneAt, since),
      startedAt: milliseconds(startedAt, since),
      duration: milliseconds(duration, 0),
      cpuTime: milliseconds(cpuTime, 0),
      peakMemoryBytes: peakMemoryBytes ?? undefined,
      worker: typeof worker === 'number' ? workers[worker] : undefined,
      coldStart: typeof coldStart === 'number' ? coldStart === 1 : undefined,
      attempts: attempts ?? 0,
      bytesIn: undefined,
      bytesOut: undefined,
      cached: cached === 1,
    };
    const error = errors[call ?? 0];
    return {
      type: 'ended',
      jobId,
      call: call ?? 0,
      state: STATES[state ?? 0] ?? 'new',
      stats: toStats(measurements),
      ...(error !== undefined && { error }),
    };
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
