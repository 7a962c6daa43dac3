import type { JournalCall } from '@lithops/core/journal';
import type { Command } from 'commander';
import { type CommonOptions, withCommonOptions } from '../../common-options.ts';
import { parseJobKey } from '../../job-key.ts';
import { findJournalFolder, jobsOf, type ReadJournal } from '../../journals.ts';
import { type Painter, painterFor } from '../../text/painter.ts';
import { printable } from '../../text/printable.ts';
import { durationText, timeText } from '../../text/time-text.ts';
import { asksCluster, showOfCluster } from './cluster-jobs.ts';
import { toRow } from './list-command.ts';

/** So many failed calls are told of; `--json` has all. */
const MOST_FAILURES = 10;

/** `lithops job show`. */
export function addJobShowCommand(job: Command): void {
  withCommonOptions(job.command('show <jobKey>'))
    .description('tell how a job went: its calls, what failed and why')
    .option('--local', 'one of your programs, though the backend is a cluster')
    .option('--json', 'print JSON, with every call')
    .action(show);
}

async function show(key: string, options: CommonOptions & { readonly local?: boolean }): Promise<void> {
  if (await asksCluster(options)) return showOfCluster(key, options);
  const found = await jobsOf(await findJournalFolder(options), parseJobKey(key));
  if (found.length === 0) {
    const { ConfigError } = await import('@lithops/core');
    throw new ConfigError(`no journal tells of '${key}'`, { hint: 'lithops job list lists the jobs that there are' });
  }
  const jobs = found.map(([journal, job]) => ({ journal, job, row: toRow(journal, job) }));
  if (options.json === true) {
    const told = jobs.map(({ job, row }) => ({ ...row, callsTold: [...job.calls.values()] }));
    process.stdout.write(`${JSON.stringify(told, undefined, 2)}\n`);
    return;
  }
  const paint = painterFor();
  const blocks = jobs.map(({ journal, job, row }) => blockOf(journal, row, [...job.calls.values()], paint));
  process.stdout.write(blocks.join('\n'));
}

function blockOf(
  { history }: ReadJournal,
  row: ReturnType<typeof toRow>,
  calls: readonly JournalCall[],
  paint: Painter,
): string {
  const { executor } = history;
  const running = calls.filter(({ state }) => state === 'running').length;
  const durations = calls.flatMap(({ stats }) => stats?.workerDuration ?? []).sort((a, b) => a - b);
  const retried = calls.reduce((sum, call) => sum + call.retried.length, 0);
  const workers = new Set(calls.flatMap(({ worker }) => worker ?? [])).size;
  const counts = [
    `${row.ended} of ${row.calls} ended`,
    ...(running > 0 ? [`${running} running`] : []),
    ...(row.failed > 0 ? [paint('red', `${row.failed} failed`)] : []),
    ...(retried > 0 ? [`${retried} ${retried === 1 ? 'attempt was' : 'attempts were'} repeated`] : []),
  ];
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['function', row.functionName],
    ['state', row.state],
    ['calls', counts.join(', ')],
    ['submitted', timeText(row.submittedAt)],
    ['time', durationText(row.duration)],
    ['a call', durations.length === 0 ? undefined : spread(durations)],
    ['workers', workers === 0 ? undefined : String(workers)],
    ['backend', row.backend],
    ['storage', row.storage],
    [
      'program',
      executor?.script === undefined ? undefined : `${printable(executor.script)}, process ${executor.process.pid}`,
    ],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${paint('dim', name.padEnd(10))} ${value}`],
  );
  return `${[paint('bold', row.jobKey), ...lines, ...failures(calls, paint)].join('\n')}\n`;
}

function spread(sorted: readonly number[]): string {
  const at = (share: number) =>
    durationText(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return `${at(0.5)} typically, ${at(0)} to ${at(1)}`;
}

function failures(calls: readonly JournalCall[], paint: Painter): string[] {
  const failed = calls.filter(({ error }) => error !== undefined);
  const lines = failed.slice(0, MOST_FAILURES).flatMap(({ call, error }) => {
    const [message = '', ...frames] = (error?.stack ?? `${error?.name}: ${error?.message}`).split('\n');
    const frame = frames.find((line) => /^\s+at /.test(line) && !line.includes('node:'));
    const where = frame === undefined ? [] : [paint('dim', `    ${printable(frame.trim())}`)];
    return [`  ${paint('red', String(call).padStart(5, '0'))} ${printable(message)}`, ...where];
  });
  if (failed.length > MOST_FAILURES) lines.push(`  and ${failed.length - MOST_FAILURES} more; --json has all`);
  return lines.length === 0 ? [] : ['', ...lines];
}
