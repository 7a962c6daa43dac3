import type { Command } from 'commander';
import { type CommonOptions, toExecutorOptions, withCommonOptions } from '../../common-options.ts';
import { type JobSelection, parseJobKey } from '../../job-key.ts';
import { findJournalFolder, journalsOf } from '../../journals.ts';
import { asksCluster } from '../job/cluster-jobs.ts';
import { withStorage } from '../storage/storage-session.ts';
import { isWanted, type LogFilterOptions, withLogFilters } from './log-filter.ts';
import { LogPrinter } from './log-printer.ts';

type GetOptions = CommonOptions & LogFilterOptions;

/** `lithops logs get`. */
export function addLogsGetCommand(logs: Command): void {
  withLogFilters(withCommonOptions(logs.command('get')))
    .description(
      'print what the tasks of a job have printed: from its journal, the master of a cluster, or of a durable job the storage',
    )
    .argument('[jobKey]', '<executorId>-<jobId>, or an <executorId> for all its jobs; default: the newest executor')
    .action(get);
}

async function get(key: string | undefined, options: GetOptions): Promise<void> {
  const folder = await findJournalFolder(options);
  const job = key === undefined ? await newest(folder) : parseJobKey(key);
  const printer = new LogPrinter(options);
  const files = await journalsOf(folder, job.executorId);
  const { followJournal } = await import('@lithops/core/journal');
  let known = false;
  for (const { path, executorId } of files.toReversed()) {
    for await (const entries of followJournal(path))
      for (const entry of entries) {
        if (entry.type === 'job') known ||= job.jobId === undefined || job.jobId === entry.jobId;
        if (entry.type === 'log' && isWanted({ ...options, job }, { executorId, ...entry }))
          await printer.print({ executorId, ...entry });
        if (entry.type === 'ended') await printer.ended({ executorId, ...entry });
      }
  }
  if (!known && !(await getOfCluster(job, options, printer))) await getStored(job, options, printer);
  await printer.flush();
  if (!printer.printed) process.stderr.write('nothing was printed\n');
}

/** What the master of a cluster has kept. @returns whether there was anything */
async function getOfCluster(job: JobSelection, options: GetOptions, printer: LogPrinter): Promise<boolean> {
  if (job.jobId === undefined || !(await asksCluster(options))) return false;
  const { openAbility } = await import('../../../index.ts');
  await using source = await openAbility(toExecutorOptions(options), 'logs');
  const { executorId, jobId } = job;
  let found = false;
  for await (const { time: at, call, stream, text } of source.ability.read({ jobKey: `${executorId}-${jobId}` })) {
    found = true;
    const piece = { executorId, jobId, call, stream, text, at };
    if (isWanted(options, piece)) await printer.print(piece);
  }
  return found;
}

/** @throws StorageError when there is no such job in storage either */
async function getStored(job: JobSelection, options: GetOptions, printer: LogPrinter): Promise<void> {
  const { listJobs, StorageError, storedLogs } = await import('../../../index.ts');
  const { backend: _, ...ofStorage } = options;
  await withStorage(ofStorage, async ({ storage }) => {
    const { executorId } = job;
    let found = 0;
    for await (const { jobId } of listJobs(storage, executorId)) {
      if (job.jobId !== undefined && job.jobId !== jobId) continue;
      found++;
      for await (const { callId, stream, text } of storedLogs(storage, { executorId, jobId })) {
        const piece = { executorId, jobId, call: Number(callId), stream, text };
        if (isWanted(options, piece)) await printer.print(piece);
      }
    }
    if (found > 0) return;
    const name = job.jobId === undefined ? `executor ${executorId}` : `job ${executorId}-${job.jobId}`;
    throw new StorageError(`neither a journal nor the storage ${storage.backendName} has anything of ${name}`, {
      hint: 'lithops job list lists the jobs of this user; only durable jobs of others are found in storage',
    });
  });
}

async function newest(folder: string): Promise<JobSelection> {
  const [{ ConfigError }, { listJournals }] = await Promise.all([
    import('@lithops/core'),
    import('@lithops/core/journal'),
  ]);
  const [file] = listJournals(folder);
  if (file !== undefined) return { executorId: file.executorId };
  throw new ConfigError(`there are no journals in ${folder} yet`, {
    hint: 'run a job first, for example lithops hello',
  });
}
