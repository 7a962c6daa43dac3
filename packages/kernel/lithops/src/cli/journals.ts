import type { JournalFile, JournalHistory, JournalJob } from '@lithops/core/journal';
import { type CommonOptions, toExecutorOptions } from './common-options.ts';
import type { JobSelection } from './job-key.ts';

/** The journal of an executor, read. */
export interface ReadJournal {
  readonly file: JournalFile;
  readonly history: JournalHistory;
}

/** The folder of the journals. @throws ConfigError where none are kept */
export async function findJournalFolder(options: CommonOptions): Promise<string> {
  const [{ ConfigError, loadConfig }, { journalFolder }] = await Promise.all([
    import('@lithops/core'),
    import('@lithops/core/journal'),
  ]);
  const folder = journalFolder(loadConfig(toExecutorOptions(options)).journal);
  if (folder !== undefined) return folder;
  throw new ConfigError('no journal of jobs is kept: lithops.journal or LITHOPS_JOURNAL says so', {
    hint: 'without it there is nothing to tell of jobs of other processes',
  });
}

export async function readJournal(file: JournalFile): Promise<ReadJournal> {
  const { followJournal, JournalHistory } = await import('@lithops/core/journal');
  const history = new JournalHistory();
  for await (const entries of followJournal(file.path)) for (const entry of entries) history.apply(entry);
  return { file, history };
}

/** The journals of an executor, the newest first: those who attached to its jobs have written some of their own. */
export async function journalsOf(folder: string, executorId: string): Promise<readonly JournalFile[]> {
  const { listJournals } = await import('@lithops/core/journal');
  return listJournals(folder).filter((file) => file.executorId === executorId);
}

/** The jobs that are meant, of all journals that tell of them, the newest journal first. */
export async function jobsOf(
  folder: string,
  { executorId, jobId }: JobSelection,
): Promise<[ReadJournal, JournalJob][]> {
  const found: [ReadJournal, JournalJob][] = [];
  for (const file of await journalsOf(folder, executorId)) {
    const journal = await readJournal(file);
    for (const job of journal.history.jobs.values())
      if (jobId === undefined || job.jobId === jobId) found.push([journal, job]);
  }
  return found;
}

/** `running`, `done`, `failed`; `ended` when its process has ended before its calls had. */
export function jobState({ history }: ReadJournal, job: JournalJob): string {
  if (job.over) return job.failed > 0 ? 'failed' : 'done';
  const { status } = history;
  if (status === 'running' || status === 'unknown') return 'running';
  return status === 'closed' ? 'closed' : 'ended';
}
