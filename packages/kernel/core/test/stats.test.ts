import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../src/stats/call-record.ts';
import { concurrencyOf } from '../src/stats/concurrency.ts';
import { distributionOf } from '../src/stats/distribution.ts';
import { ExecutionStats } from '../src/stats/execution-stats.ts';
import { executionsOf } from '../src/stats/executions.ts';

const T0 = 1_700_000_000_000;

function record(call: number, facts: Partial<CallRecord> = {}): CallRecord {
  return {
    executorId: 'abc123-0',
    jobId: 'M000',
    callId: String(call).padStart(5, '0'),
    functionName: 'work',
    state: 'success',
    hostSubmittedAt: T0,
    attempts: 1,
    ...facts,
  };
}

/** A call that ran in a worker from and to these ms after T0 by the client's clock; the worker's is `ahead` of it. */
function ran(call: number, from: number, to: number, worker: string, ahead = 0): CallRecord {
  return record(call, {
    hostInvokedAt: T0 + from - 20,
    hostDoneAt: T0 + to + 20,
    workerStartedAt: T0 + from + ahead,
    workerEndedAt: T0 + to + ahead,
    workerDuration: to - from,
    worker,
  });
}

describe('distributionOf', () => {
  it('gives values that were measured, whatever their number', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(distributionOf(hundred)).toEqual({ min: 1, mean: 50.5, p50: 50, p90: 90, p95: 95, p99: 99, max: 100 });
    expect(distributionOf([7])).toEqual({ min: 7, mean: 7, p50: 7, p90: 7, p95: 7, p99: 7, max: 7 });
    expect(distributionOf([])).toBeUndefined();
  });
});

describe('concurrencyOf', () => {
  it('counts one that ends when another begins once', () => {
    const spans = [
      [0, 10],
      [10, 20],
      [5, 15],
    ].map(([startedAt = 0, endedAt = 0]) => ({ startedAt, endedAt }));
    expect(concurrencyOf(spans)).toEqual([
      { at: 0, running: 1 },
      { at: 5, running: 2 },
      { at: 10, running: 2 },
      { at: 15, running: 1 },
      { at: 20, running: 0 },
    ]);
  });

  it('ends at none, with spans of no length too', () => {
    expect(concurrencyOf([{ startedAt: 3, endedAt: 3 }]).at(-1)?.running).toBe(0);
    expect(concurrencyOf([])).toEqual([]);
  });
});

describe('executionsOf', () => {
  it('sets clocks right that cannot be: nothing runs before it is sent, or after its end was heard of', () => {
    const calls = [ran(0, 100, 200, 'fast/1', 60_000), ran(1, 150, 400, 'fast/2', 60_000), ran(2, 100, 300, 'right/7')];
    const times = executionsOf(calls).map(({ startedAt, endedAt }) => [startedAt - T0, endedAt - T0]);
    expect(times).toEqual([
      [100, 200],
      [150, 400],
      [100, 300],
    ]);
  });

  it('leaves clocks alone that may be right', () => {
    expect(executionsOf([ran(0, 100, 200, 'a/1', 15)])[0]?.startedAt).toBe(T0 + 115);
  });
});

describe('ExecutionStats', () => {
  it('says of a job what its calls took', () => {
    const { jobs } = new ExecutionStats([
      { ...ran(0, 100, 1100, 'a/1'), coldStart: true, bytesIn: 8, bytesOut: 100, workerCpuTime: 900 },
      { ...ran(1, 100, 600, 'a/2'), coldStart: true, bytesIn: 8, bytesOut: 50, workerCpuTime: 400 },
      { ...ran(2, 600, 1100, 'a/2'), attempts: 2, coldStart: false, bytesIn: 8 },
      record(3, { state: 'error', error: 'TIMEOUT', hostDoneAt: T0 + 1200 }),
    ]);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({
      calls: 4,
      succeeded: 3,
      failed: 1,
      open: 0,
      attempts: 5,
      retried: 1,
      workers: 2,
      coldStarts: 2,
      finishedAt: T0 + 1200,
      wallTime: 1200,
      workTime: 2000,
      cpuTime: 1300,
      speedUp: 2000 / 1200,
      peakConcurrency: 2,
      meanConcurrency: 2,
      bytesIn: 24,
      bytesOut: 150,
      duration: { min: 500, p50: 500, max: 1000 },
    });
  });

  it('keeps the jobs of several executors apart, and has none without calls', () => {
    const other = record(0, { executorId: 'zzz999-0', hostSubmittedAt: T0 - 1, state: 'new' });
    const { jobs } = new ExecutionStats([record(0), other]);
    expect(jobs.map(({ executorId, open, finishedAt }) => [executorId, open, finishedAt])).toEqual([
      ['zzz999-0', 1, undefined],
      ['abc123-0', 0, undefined],
    ]);
    expect(new ExecutionStats([]).jobs).toEqual([]);
  });

  it('takes a hundred thousand calls', () => {
    const calls = Array.from({ length: 100_000 }, (_, i) => ran(i, i, i + 500, `host/${i % 500}`));
    const { jobs } = new ExecutionStats(calls);
    expect(jobs[0]).toMatchObject({ calls: 100_000, workers: 500, peakConcurrency: 500 });
  });

  it('gives CSV that neither breaks nor computes in a spreadsheet', () => {
    const names = ['plain', 'a,b', 'say "hi"', 'two\nlines', '=cmd|/c calc', '+1', '-1', '@sum', '\t=1'];
    const csv = new ExecutionStats(names.map((functionName, i) => record(i, { functionName }))).toCsv();
    const cells = parseCsv(csv);
    expect(cells[0]?.slice(0, 4)).toEqual(['executorId', 'jobId', 'callId', 'functionName']);
    expect(new Set(cells.map(({ length }) => length))).toEqual(new Set([20]));
    expect(cells.slice(1).map((row) => row[3])).toEqual([
      'plain',
      'a,b',
      'say "hi"',
      'two\nlines',
      "'=cmd|/c calc",
      "'+1",
      "'-1",
      "'@sum",
      "'\t=1",
    ]);
  });
});

/** As of RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '' && row.length === 0) break;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
