import type { Command } from 'commander';
import { type CommonOptions, toExecutorOptions, withCommonOptions } from '../common-options.ts';
import { confirmed } from './storage/confirmed.ts';
import { withStorage } from './storage/storage-session.ts';

interface CleanCommandOptions extends CommonOptions {
  readonly all?: boolean;
  readonly yes?: boolean;
}

/** `lithops clean`. */
export function addCleanCommand(program: Command): void {
  withCommonOptions(program.command('clean'))
    .description('delete the runtimes of a backend, and the data of all jobs in its storage')
    .option(
      '-a, --all',
      'also what is kept for later: secrets and machines of the backend, cached results; and the journals of jobs',
    )
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print the result as JSON')
    .action(clean);
}

async function clean(options: CleanCommandOptions, command: Command): Promise<void> {
  const { cleanBackend, cleanStorage, loadConfig } = await import('../../index.ts');
  const executor = toExecutorOptions(options);
  const scope = options.all === true ? 'everything' : 'runtimes';
  const { backendName, journal } = loadConfig(executor);
  const { journalFolder, removeJournals } = await import('@lithops/core/journal');
  const removeJournalsOf = (setting: boolean | string | undefined) => {
    const folder = journalFolder(setting);
    return folder === undefined ? 0 : removeJournals(folder);
  };
  const { backend: _, ...ofStorage } = options;
  await withStorage(ofStorage, async ({ storage, signal, bucket }) => {
    const where = `${storage.backendName}://${await bucket(undefined)}`;
    const kept = scope === 'everything' ? ', all that is kept for later, and the journals of jobs' : '';
    const what = `delete the runtimes of ${backendName} and the data of ALL jobs in ${where}${kept}`;
    if (!(await confirmed(what, options, command, signal))) return;
    const { deleted } = await cleanBackend(executor, { scope, signal });
    const objects = await cleanStorage(storage, { scope, signal });
    const journals = scope === 'everything' ? removeJournalsOf(journal) : undefined;
    if (options.json === true)
      process.stdout.write(`${JSON.stringify({ backend: backendName, deleted, storage: where, objects, journals })}\n`);
    else {
      for (const each of deleted) process.stdout.write(`deleted ${each}\n`);
      process.stdout.write(`deleted ${objects} ${objects === 1 ? 'object' : 'objects'} of ${where}\n`);
      if (journals !== undefined)
        process.stdout.write(`deleted ${journals} ${journals === 1 ? 'journal' : 'journals'}\n`);
    }
  });
}
