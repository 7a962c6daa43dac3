import type { JournalFile } from '@lithops/core/journal';
import type { Command } from 'commander';
import { type CommonOptions, withCommonOptions } from '../../common-options.ts';
import type { JobSelection } from '../../job-key.ts';
import { findJournalFolder } from '../../journals.ts';
import { isWanted, type LogFilterOptions, parseJobOption, withLogFilters } from './log-filter.ts';
import { LogPrinter } from './log-printer.ts';

/** New journals, and those whose programs have ended, are looked for so often, ms. */
const LOOK_MS = 500;
/** Programs that have written nothing for longer are not listened to, unless they still run. */
const RECENT_MS = 24 * 3600 * 1000;

type PollOptions = CommonOptions & LogFilterOptions & { readonly job?: JobSelection };

/** `lithops logs poll`. */
export function addLogsPollCommand(logs: Command): void {
  withLogFilters(withCommonOptions(logs.command('poll')))
    .description(
      'print what tasks print as they print it, of all programs of this user that run or are started; ends by Ctrl-C',
    )
    .option('--job <key>', 'only of this executor or job', parseJobOption)
    .action(poll);
}

async function poll(options: PollOptions): Promise<void> {
  const folder = await findJournalFolder(options);
  const { listJournals } = await import('@lithops/core/journal');
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  const since = options.since ?? Date.now();
  const printer = new LogPrinter(options);
  const followed = new Map<string, Promise<void>>();
  process.stderr.write(`waiting for output of tasks; journals are in ${folder}\n`);
  while (!interruption.signal.aborted) {
    for (const file of listJournals(folder)) {
      if (followed.has(file.path)) continue;
      if (options.job !== undefined && options.job.executorId !== file.executorId) continue;
      if (file.createdAt < since - RECENT_MS) continue;
      followed.set(file.path, follow(file, { ...options, since }, printer, interruption.signal));
    }
    await pause(interruption.signal);
  }
  await Promise.all(followed.values());
  await printer.flush();
}

/** Until the executor is closed, or its program has ended. */
async function follow(file: JournalFile, options: PollOptions, printer: LogPrinter, stop: AbortSignal): Promise<void> {
  const { followJournal, JournalHistory } = await import('@lithops/core/journal');
  const { path, executorId } = file;
  const history = new JournalHistory();
  const gone = new AbortController();
  const timer = setInterval(() => {
    if (history.executor !== undefined && history.status === 'ended') gone.abort();
  }, LOOK_MS);
  const signal = AbortSignal.any([stop, gone.signal]);
  try {
    for await (const entries of followJournal(path, { follow: true, signal })) {
      for (const entry of entries) {
        if (entry.type === 'executor') history.apply(entry);
        if (entry.type === 'log' && isWanted(options, { executorId, ...entry }))
          await printer.print({ executorId, ...entry });
        if (entry.type === 'ended') await printer.ended({ executorId, ...entry });
      }
    }
  } catch (error) {
    // A journal that was deleted, or is of a later version, is no reason not to listen to the others.
    process.stderr.write(`${path} is not followed: ${error instanceof Error ? error.message : String(error)}\n`);
  } finally {
    clearInterval(timer);
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, LOOK_MS);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
