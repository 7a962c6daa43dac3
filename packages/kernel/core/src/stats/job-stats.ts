import type { CallRecord } from './call-record.ts';
import { concurrencyOf } from './concurrency.ts';
import { type Distribution, distributionOf } from './distribution.ts';
import { type Execution, executionsOf } from './executions.ts';

/** How a job went, from the records of its calls. Times are ms, points in time ms since the epoch. */
export interface JobStats {
  readonly executorId: string;
  readonly jobId: string;
  readonly functionName: string;
  readonly calls: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Calls that have not ended. */
  readonly open: number;
  /** Calls whose results were those of an earlier run. */
  readonly cached: number;
  /** Attempts of all calls. */
  readonly attempts: number;
  /** Calls that took more than one attempt. */
  readonly retried: number;
  /** Worker processes that ran calls, and how many of them ran their first one. */
  readonly workers: number;
  readonly coldStarts: number;
  readonly submittedAt: number;
  /** When the last call ended; absent while one is open. */
  readonly finishedAt?: number;
  /** From the submission to the end of the last call that has ended. */
  readonly wallTime: number;
  /** Time in the user's function, of all calls together. */
  readonly workTime: number;
  readonly cpuTime: number;
  /** `workTime` by `wallTime`: how many times longer one worker that is there at once would have taken. Absent while nothing has run. */
  readonly speedUp?: number;
  /** Calls that ran at once: at most, and on average while any did. */
  readonly peakConcurrency: number;
  readonly meanConcurrency: number;
  /** In the user's function. */
  readonly duration?: Distribution;
  /** From the submission of a call until its last attempt began to run. */
  readonly waiting?: Distribution;
  readonly peakMemoryBytes?: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** The stats of each job that calls belong to, in the order of their submission. */
export function jobStatsOf(calls: readonly CallRecord[]): JobStats[] {
  const executions = Map.groupBy(executionsOf(calls), ({ call }) => jobKey(call));
  const jobs = Map.groupBy(calls, jobKey);
  return Array.from(jobs, ([key, ofJob]) => statsOf(ofJob, executions.get(key) ?? [])).sort(
    (a, b) => a.submittedAt - b.submittedAt,
  );
}

function jobKey({ executorId, jobId }: CallRecord): string {
  return `${executorId}-${jobId}`;
}

function statsOf(calls: readonly CallRecord[], executions: readonly Execution[]): JobStats {
  const [{ executorId = '', jobId = '', functionName = '' } = {}] = calls;
  const count = (is: (call: CallRecord) => boolean): number => calls.reduce((sum, call) => sum + (is(call) ? 1 : 0), 0);
  const sum = (of: (call: CallRecord) => number | undefined): number =>
    calls.reduce((total, call) => total + (of(call) ?? 0), 0);
  const submittedAt = least(calls, ({ hostSubmittedAt }) => hostSubmittedAt) ?? 0;
  const lastDoneAt = most(calls, ({ hostDoneAt }) => hostDoneAt);
  const open = count(({ state }) => state === 'new' || state === 'invoked' || state === 'running');
  const wallTime = Math.max(0, (lastDoneAt ?? submittedAt) - submittedAt);
  const workTime = sum(({ workerDuration }) => workerDuration);
  const ranFor =
    (most(executions, ({ endedAt }) => endedAt) ?? 0) - (least(executions, ({ startedAt }) => startedAt) ?? 0);
  const duration = distributionOf(executions.map(({ startedAt, endedAt }) => endedAt - startedAt));
  const waiting = distributionOf(
    executions.map(({ call, startedAt }) => Math.max(0, startedAt - call.hostSubmittedAt)),
  );
  const peakMemoryBytes = most(calls, (call) => call.workerPeakMemoryBytes);
  return {
    executorId,
    jobId,
    functionName,
    calls: calls.length,
    succeeded: count(({ state }) => state === 'success'),
    failed: count(({ state }) => state === 'error'),
    cancelled: count(({ state }) => state === 'cancelled'),
    open,
    cached: count(({ cached }) => cached === true),
    attempts: sum(({ attempts }) => attempts),
    retried: count(({ attempts }) => attempts > 1),
    workers: new Set(calls.flatMap(({ worker }) => worker ?? [])).size,
    coldStarts: count(({ coldStart }) => coldStart === true),
    submittedAt,
    ...(open === 0 && lastDoneAt !== undefined && { finishedAt: lastDoneAt }),
    wallTime,
    workTime,
    cpuTime: sum(({ workerCpuTime }) => workerCpuTime),
    ...(executions.length > 0 && wallTime > 0 && { speedUp: workTime / wallTime }),
    peakConcurrency: concurrencyOf(executions).reduce((peak, { running }) => Math.max(peak, running), 0),
    meanConcurrency: ranFor > 0 ? workTime / ranFor : 0,
    ...(duration !== undefined && { duration }),
    ...(waiting !== undefined && { waiting }),
    ...(peakMemoryBytes !== undefined && { peakMemoryBytes }),
    bytesIn: sum(({ bytesIn }) => bytesIn),
    bytesOut: sum(({ bytesOut }) => bytesOut),
  };
}

function least<Item>(items: readonly Item[], of: (item: Item) => number): number | undefined {
  return items.reduce<number | undefined>(
    (found, item) => Math.min(found ?? Number.POSITIVE_INFINITY, of(item)),
    undefined,
  );
}

function most<Item>(items: readonly Item[], of: (item: Item) => number | undefined): number | undefined {
  let found: number | undefined;
  for (const item of items) {
    const value = of(item);
    if (value !== undefined && (found === undefined || value > found)) found = value;
  }
  return found;
}
