import { type Command, InvalidArgumentError } from 'commander';
import { type JobSelection, parseJobKey } from '../../job-key.ts';

/** Which pieces of logs are wanted. */
export interface LogFilterOptions {
  readonly job?: JobSelection;
  readonly call?: readonly number[];
  /** ms since the epoch. */
  readonly since?: number;
}

/** What a piece of a log is told by. */
interface Told {
  readonly executorId: string;
  readonly jobId: string;
  readonly call: number;
  readonly at?: number;
}

export function withLogFilters(command: Command): Command {
  return command
    .option('--call <numbers>', 'only these calls: 7 or 3,7,20-25', parseCalls)
    .option('--since <time>', 'only what was printed since: 30s, 10m, 2h ago, or a date', parseSince)
    .option('--json', 'print a line of JSON for each piece');
}

/** @throws InvalidArgumentError, which Commander prints */
export function parseJobOption(text: string): JobSelection {
  return parseJobKey(text);
}

export function isWanted({ job, call, since }: LogFilterOptions, told: Told): boolean {
  if (job !== undefined && job.executorId !== told.executorId) return false;
  if (job?.jobId !== undefined && job.jobId !== told.jobId) return false;
  if (since !== undefined && told.at !== undefined && told.at < since) return false;
  return call === undefined || call.includes(told.call);
}

function parseCalls(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [, first, last = first] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === undefined || to < from || to - from > 1_000_000)
      throw new InvalidArgumentError('numbers of calls are expected, like 7 or 3,7,20-25.');
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function parseSince(text: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(s|m|h|d)?$/.exec(text.trim()) ?? [];
  const date = amount === undefined ? Date.parse(text) : Date.now() - Number(amount) * (UNITS[unit] ?? 0);
  if (Number.isFinite(date)) return date;
  throw new InvalidArgumentError("a time is expected: '30s', '10m', '2h', or a date like 2026-11-29T18:00.");
}
