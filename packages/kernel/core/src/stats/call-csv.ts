import type { CallRecord } from './call-record.ts';

/** The columns, named as in {@link CallRecord}. */
const COLUMNS = [
  'executorId',
  'jobId',
  'callId',
  'functionName',
  'state',
  'error',
  'attempts',
  'worker',
  'coldStart',
  'cached',
  'hostSubmittedAt',
  'hostInvokedAt',
  'workerStartedAt',
  'workerEndedAt',
  'hostDoneAt',
  'workerDuration',
  'workerCpuTime',
  'workerPeakMemoryBytes',
  'bytesIn',
  'bytesOut',
] as const satisfies readonly (keyof CallRecord)[];

/** A table of calls as of RFC 4180, with a head. Texts that a spreadsheet would take for formulas begin with an apostrophe. */
export function toCsv(calls: readonly CallRecord[]): string {
  const lines = [COLUMNS.join(',')];
  for (const call of calls) lines.push(COLUMNS.map((column) => field(call[column])).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function field(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  // Numbers are ours: a negative one is no formula.
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
