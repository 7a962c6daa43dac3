import type { JournalJob } from '@lithops/core/journal';
import type { Command } from 'commander';
import { type CommonOptions, parseCount, withCommonOptions } from '../../common-options.ts';
import { findJournalFolder, jobState, type ReadJournal, readJournal } from '../../journals.ts';
import { painterFor } from '../../text/painter.ts';
import { tableText } from '../../text/table-text.ts';
import { durationText, timeText } from '../../text/time-text.ts';
import { asksCluster, listOfCluster } from './cluster-jobs.ts';

interface ListOptions extends CommonOptions {
  readonly limit: number;
  readonly running?: boolean;
  readonly local?: boolean;
}

const STATE_COLOURS: Readonly<Record<string, 'green' | 'red' | 'cyan' | 'yellow'>> = {
  done: 'green',
  failed: 'red',
  running: 'cyan',
  ended: 'yellow',
  closed: 'yellow',
};

/** `lithops job list`. */
export function addJobListCommand(job: Command): void {
  withCommonOptions(job.command('list'))
    .description(
      'list jobs, the newest first: of your programs; of a cluster those that its master knows, whoever has started them',
    )
    .option('-n, --limit <count>', 'at most so many', parseCount, 20)
    .option('--running', 'only those that run')
    .option('--local', 'those of your programs, though the backend is a cluster')
    .option('--json', 'print JSON')
    .action(list);
}

async function list(options: ListOptions): Promise<void> {
  if (await asksCluster(options)) return listOfCluster(options);
  const rows = await newestJobs(options);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
    return;
  }
  if (rows.length === 0) {
    process.stderr.write(options.running === true ? 'no job runs\n' : 'no jobs yet\n');
    return;
  }
  const paint = painterFor();
  process.stdout.write(
    tableText(
      rows,
      [
        { title: 'JOB', text: ({ jobKey }) => jobKey },
        { title: 'FUNCTION', text: ({ functionName }) => functionName },
        {
          title: 'STATE',
          text: ({ state }) => state,
          paint: (text, { state }) => paint(STATE_COLOURS[state] ?? 'reset', text),
        },
        {
          title: 'CALLS',
          text: ({ calls, ended }) => (ended === calls ? `${calls}` : `${ended}/${calls}`),
          right: true,
        },
        { title: 'FAILED', text: ({ failed }) => (failed === 0 ? '-' : String(failed)), right: true },
        { title: 'TIME', text: ({ duration }) => durationText(duration), right: true },
        { title: 'SUBMITTED', text: ({ submittedAt }) => timeText(submittedAt) },
        { title: 'BACKEND', text: ({ backend }) => backend },
      ],
      (text) => paint('dim', text),
    ),
  );
}

/** A job, as it is listed. Times in ms. */
type JobRow = ReturnType<typeof toRow>;

async function newestJobs({ limit, running, ...options }: ListOptions): Promise<JobRow[]> {
  const { listJournals } = await import('@lithops/core/journal');
  const rows: JobRow[] = [];
  for (const file of listJournals(await findJournalFolder(options))) {
    if (rows.length >= limit) break;
    const journal = await readJournal(file).catch((error: unknown) => {
      process.stderr.write(`${file.path} is left out: ${error instanceof Error ? error.message : String(error)}\n`);
      return undefined;
    });
    if (journal === undefined) continue;
    const jobs = [...journal.history.jobs.values()].reverse().map((job) => toRow(journal, job));
    rows.push(...jobs.filter(({ state }) => running !== true || state === 'running'));
  }
  return rows.slice(0, limit);
}

export function toRow(journal: ReadJournal, job: JournalJob) {
  const { executorId, jobId, functionName, submittedAt, total, ended, failed, cost, finishedAt } = job;
  const state = jobState(journal, job);
  const until = state === 'running' ? Date.now() : finishedAt;
  return {
    jobKey: `${executorId}-${jobId}`,
    executorId,
    jobId,
    functionName,
    state,
    calls: total,
    ended,
    failed,
    submittedAt,
    ...(finishedAt > 0 && { finishedAt }),
    duration: Math.max(0, until - submittedAt),
    ...(cost > 0 && { cost }),
    backend: journal.history.executor?.backend ?? '',
    storage: journal.history.executor?.storage ?? '',
  };
}
