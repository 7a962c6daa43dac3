import { type CallRecord, concurrencyOf, type Execution, executionsOf } from '@lithops/core';
import { COLORS, JOB_COLORS } from './theme.ts';
import { countText, durationText, type TimeUnit, timeUnitOf } from './time-unit.ts';

/** A stretch of time of a call. Times are in ms since the first submission, by the client's clock. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A call as it is drawn. */
export interface PlotCall {
  /** Its line, from 0: in the order of submission. */
  readonly row: number;
  readonly callId: string;
  readonly job: PlotJob;
  readonly submittedAt: number;
  /** When it ran, or was under way as far as anybody knows; absent when it never left the client. */
  readonly ran?: Stretch;
  /** Whether a worker has told when it ran. */
  readonly measured: boolean;
  readonly outcome: 'success' | 'failed' | 'cancelled' | 'open';
  readonly endedAt: number;
  /** Attempts that did not end it, the newest of them. */
  readonly failedAttempts: readonly Stretch[];
}

export interface PlotJob {
  /** `M000 countWords (1,000)` */
  readonly label: string;
  readonly color: string;
}

export interface PlotData {
  readonly calls: readonly PlotCall[];
  /** With calls, in the order of submission. */
  readonly jobs: readonly PlotJob[];
  /** From the first submission to the end, ms. */
  readonly span: number;
  readonly unit: TimeUnit;
  /** The most calls that ran at once. */
  readonly peak: number;
  /** In a few words: what ran, and in a second line what went wrong. */
  readonly summary: readonly string[];
}

/** Attempts of a call that are drawn. */
const MOST_ATTEMPTS = 10;
/** Jobs beyond these share a colour. */
const MOST_JOBS = JOB_COLORS.length - 1;

/** Puts calls into the order and onto the clock in which they are drawn. */
export function plotDataOf(records: readonly CallRecord[]): PlotData {
  const executions = new Map(executionsOf(records).map((execution) => [execution.call, execution]));
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const record of records) {
    start = Math.min(start, record.hostSubmittedAt);
    end = Math.max(
      end,
      record.hostDoneAt ??
        executions.get(record)?.endedAt ??
        record.workerStartedAt ??
        record.hostInvokedAt ??
        record.hostSubmittedAt,
    );
  }
  const jobs = jobsOf(records);
  const calls = [...records]
    .sort(
      (a, b) =>
        (jobs.order.get(jobKey(a)) ?? 0) - (jobs.order.get(jobKey(b)) ?? 0) || Number(a.callId) - Number(b.callId),
    )
    .map((record, row) => plotCall(record, row, executions.get(record), jobs.of(record), start, end));
  const span = Math.max(end - start, 1);
  const peak = concurrencyOf(
    calls.flatMap(({ ran }) => (ran === undefined ? [] : { startedAt: ran.from, endedAt: ran.to })),
  ).reduce((most, { running }) => Math.max(most, running), 0);
  return { calls, jobs: jobs.list, span, unit: timeUnitOf(span), peak, summary: summaryOf(records, calls, span) };
}

function plotCall(
  record: CallRecord,
  row: number,
  execution: Execution | undefined,
  job: PlotJob,
  start: number,
  end: number,
): PlotCall {
  const { callId, state, hostSubmittedAt, hostInvokedAt, hostDoneAt, earlier = [] } = record;
  const from = execution?.startedAt ?? hostInvokedAt;
  const to = execution?.endedAt ?? hostDoneAt ?? end;
  return {
    row,
    callId,
    job,
    submittedAt: hostSubmittedAt - start,
    ...(from !== undefined && { ran: stretch(from - start, to - start) }),
    measured: execution !== undefined,
    endedAt: (hostDoneAt ?? end) - start,
    outcome: state === 'success' || state === 'cancelled' ? state : state === 'error' ? 'failed' : 'open',
    failedAttempts: earlier
      .filter(({ outcome }) => outcome === 'failed')
      .slice(-MOST_ATTEMPTS)
      .map(({ invokedAt, endedAt = invokedAt }) => stretch(invokedAt - start, endedAt - start)),
  };
}

/** What clocks have left slightly wrong must not be drawn outside. */
function stretch(from: number, to: number): Stretch {
  const begin = Math.max(0, from);
  return { from: begin, to: Math.max(begin, to) };
}

function jobKey({ executorId, jobId }: CallRecord): string {
  return `${executorId}-${jobId}`;
}

function jobsOf(records: readonly CallRecord[]): {
  readonly list: readonly PlotJob[];
  readonly order: ReadonlyMap<string, number>;
  readonly of: (record: CallRecord) => PlotJob;
} {
  const executors = new Set(records.map(({ executorId }) => executorId)).size;
  const groups = [...Map.groupBy(records, jobKey)]
    .map(([key, calls]) => ({
      key,
      size: calls.length,
      name: `${executors > 1 ? key : calls[0]?.jobId} ${calls[0]?.functionName || 'anonymous'}`,
      submittedAt: calls.reduce((least, call) => Math.min(least, call.hostSubmittedAt), Number.POSITIVE_INFINITY),
    }))
    .sort((a, b) => a.submittedAt - b.submittedAt || (a.key < b.key ? -1 : 1));
  const order = new Map(groups.map(({ key }, place) => [key, place]));
  const largest = new Set([...groups].sort((a, b) => b.size - a.size).slice(0, MOST_JOBS));
  const byKey = new Map<string, PlotJob>();
  const list: PlotJob[] = [];
  const rest = groups.filter((group) => !largest.has(group));
  const others = {
    label: `${countText(rest.length)} other jobs (${countText(rest.reduce((sum, { size }) => sum + size, 0))})`,
    color: JOB_COLORS[MOST_JOBS] ?? COLORS.axis,
  };
  for (const group of groups) {
    if (!largest.has(group)) {
      byKey.set(group.key, others);
      continue;
    }
    const job = {
      label: `${group.name} (${countText(group.size)})`,
      color: JOB_COLORS[list.length % MOST_JOBS] ?? COLORS.axis,
    };
    byKey.set(group.key, job);
    list.push(job);
  }
  if (rest.length > 0) list.push(others);
  return { list, order, of: (record) => byKey.get(jobKey(record)) ?? others };
}

function summaryOf(records: readonly CallRecord[], calls: readonly PlotCall[], span: number): string[] {
  const count = (is: (call: PlotCall) => boolean) => calls.reduce((sum, call) => sum + (is(call) ? 1 : 0), 0);
  const work = records.reduce((sum, { workerDuration = 0 }) => sum + workerDuration, 0);
  const workers = new Set(records.flatMap(({ worker }) => worker ?? [])).size;
  const failed = count(({ outcome }) => outcome === 'failed');
  const cancelled = count(({ outcome }) => outcome === 'cancelled');
  const open = count(({ outcome }) => outcome === 'open');
  const retried = count(({ failedAttempts }) => failedAttempts.length > 0);
  const facts = [
    `${plural(calls.length, 'call')} in ${durationText(span)}`,
    ...(workers > 0 ? [`${plural(workers, 'worker process', 'worker processes')}`] : []),
    ...(work > 0 ? [`${durationText(work)} of work`, `speed-up ${countText(work / span)}`] : []),
  ];
  const troubles = [
    ...(retried > 0 ? [`${countText(retried)} retried`] : []),
    ...(failed > 0 ? [`${countText(failed)} failed`] : []),
    ...(cancelled > 0 ? [`${countText(cancelled)} cancelled`] : []),
    ...(open > 0 ? [`${countText(open)} not done`] : []),
  ];
  return [facts, troubles].filter(({ length }) => length > 0).map((line) => line.join(' · '));
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}
