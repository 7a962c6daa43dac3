import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import type { ExecutorOptions, ResolvedConfig } from '@lithops/core';
import type { Check } from './check.ts';

const PROBE_BYTES = 4096;

/** What must be right for jobs to run, in the order in which one needs the other. */
export function doctorChecks(options: ExecutorOptions, runsTask: boolean): readonly Check[] {
  let known: ResolvedConfig | undefined;
  const config = () => {
    if (known === undefined) throw new TypeError('the configuration is looked at first');
    return known;
  };
  return [
    {
      name: 'node',
      remedy: 'install Node 22.12 or later',
      run: async () => `${process.version} on ${process.platform} ${process.arch}`, // an older one does not come here
    },
    {
      name: 'config',
      remedy: 'correct the configuration; lithops config schema tells what is allowed',
      run: async () => {
        const { loadConfig } = await import('../../../index.ts');
        known = loadConfig(options);
        return `${known.source === 'defaults' ? 'none: the defaults' : known.source}, backend ${known.backendName}, storage ${known.storageName}`;
      },
    },
    {
      name: 'journal',
      remedy: 'make the folder writable, or name another by LITHOPS_JOURNAL or lithops.journal',
      after: ['config'],
      run: () => checkJournal(config()),
    },
    {
      name: 'backend',
      remedy: 'correct the section of the backend, and its credentials; lithops config show tells what is used',
      after: ['config'],
      run: () => checkBackend(options, config()),
    },
    {
      name: 'storage',
      remedy:
        'correct the section of the storage, its credentials and its bucket; lithops config show tells what is used',
      after: ['config'],
      run: () => checkStorage(config()),
    },
    {
      name: 'task',
      remedy: 'lithops hello -d tells in detail what happens',
      after: ['backend'],
      run: () => checkTask(options, config(), runsTask),
    },
  ];
}

async function checkJournal({ journal }: ResolvedConfig): Promise<string | { readonly skipped: string }> {
  const { journalFolder, listJournals } = await import('@lithops/core/journal');
  const folder = journalFolder(journal);
  if (folder === undefined) return { skipped: 'none is kept, so lithops logs and lithops job have nothing to tell' };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  accessSync(folder, constants.R_OK | constants.W_OK);
  const count = listJournals(folder).length;
  return `${folder}, ${count} ${count === 1 ? 'journal' : 'journals'}`;
}

/** Opens it, which checks its section, and asks its platform for what there is, which needs its credentials. */
async function checkBackend(options: ExecutorOptions, { backendName, mode }: ResolvedConfig): Promise<string> {
  const { openBackend } = await import('../../../index.ts');
  await using opened = await openBackend(options);
  const { runtimes } = opened.backend;
  const name = `${backendName}${mode === undefined || mode === backendName ? '' : `, ${mode} mode`}`;
  if (runtimes === undefined) return `${name}: its section is right`;
  const count = (await runtimes.list()).length;
  return `${name}: reached; ${count} ${count === 1 ? 'runtime is' : 'runtimes are'} there`;
}

async function checkStorage(config: ResolvedConfig): Promise<string> {
  const { Storage, StorageError } = await import('../../../index.ts');
  await using storage = new Storage({ resolved: config });
  const bucket = await storage.defaultBucket();
  const key = `lithops.jobs/doctor/${randomUUID()}`;
  const body = crypto.getRandomValues(new Uint8Array(PROBE_BYTES));
  const startedAt = performance.now();
  await storage.putObject(bucket, key, body);
  try {
    const read = await storage.getObject(bucket, key);
    if (Buffer.compare(read, body) !== 0) throw new StorageError(`what was read of '${key}' is not what was written`);
    const listed = await storage.listKeys(bucket, key);
    if (!listed.includes(key)) throw new StorageError(`'${key}' was written to bucket ${bucket}, and is not listed`);
  } finally {
    await storage.deleteObject(bucket, key);
  }
  const ms = Math.round(performance.now() - startedAt);
  return `${storage.backendName}: an object was written, read, listed and deleted in bucket ${bucket}, in ${ms} ms`;
}

async function checkTask(
  options: ExecutorOptions,
  { mode }: ResolvedConfig,
  wanted: boolean,
): Promise<string | { readonly skipped: string }> {
  if (!wanted && mode !== 'localhost')
    return { skipped: 'none was run, for that may deploy workers and cost something; --run does' };
  const { FunctionExecutor } = await import('../../../index.ts');
  const startedAt = performance.now();
  await using fexec = new FunctionExecutor(options);
  const node = await fexec.callAsync(() => process.version, undefined).result({ showProgressBar: false });
  return `ran in ${Math.round(performance.now() - startedAt)} ms, on Node ${node}`;
}
