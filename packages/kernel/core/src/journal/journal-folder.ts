import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** So many journals are kept, and those of the last day. */
const KEPT_JOURNALS = 200;
const KEPT_MS = 24 * 3600 * 1000;
const KEPT_BYTES = 512 * 1024 * 1024;
/** How often old ones are looked for when one is added: to look, or even to count them, takes as long as a small job. */
const LOOK_SHARE = 1 / 32;
const OFF: readonly string[] = ['off', 'false', '0', 'no'];
const FILE_NAME = /^(\d{13,})-(.+)\.jsonl$/;

/** Where a journal is. */
export interface JournalFile {
  readonly path: string;
  readonly executorId: string;
  /** When it was begun, ms since the epoch. */
  readonly createdAt: number;
}

/**
 * The folder of the journals of this user's executors.
 * @param setting `lithops.journal` of the configuration; LITHOPS_JOURNAL counts where it is absent. Default: `~/.lithops/journal`
 * @returns undefined where no journal is to be kept
 */
export function journalFolder(setting?: boolean | string): string | undefined {
  if (setting === false) return undefined;
  if (typeof setting === 'string') return setting;
  const variable = process.env['LITHOPS_JOURNAL'];
  if (variable !== undefined && OFF.includes(variable.toLowerCase())) return undefined;
  return variable !== undefined && variable !== '' ? variable : join(homedir(), '.lithops', 'journal');
}

/**
 * Makes the folder and a name in it for a new journal; now and then the oldest ones go.
 * @param random from 0 to 1; says whether that is now
 * @throws what the file system throws
 */
export function newJournalPath(folder: string, executorId: string, random: () => number = Math.random): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (random() < LOOK_SHARE) dropOld(folder);
  return join(folder, `${Date.now()}-${executorId}.jsonl`);
}

/** The journals in a folder, the newest first. */
export function listJournals(folder: string): JournalFile[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // nothing was ever written there
  }
  return names
    .flatMap((name) => {
      const [, createdAt, executorId] = FILE_NAME.exec(name) ?? [];
      if (createdAt === undefined || executorId === undefined) return [];
      return [{ path: join(folder, name), executorId, createdAt: Number(createdAt) }];
    })
    .sort((a, b) => b.createdAt - a.createdAt || (a.executorId < b.executorId ? 1 : -1));
}

/** Deletes journals; those that are still written to go on without a name. @returns how many */
export function removeJournals(folder: string): number {
  const journals = listJournals(folder);
  for (const { path } of journals) rmSync(path, { force: true });
  return journals.length;
}

function dropOld(folder: string): void {
  let bytes = 0;
  for (const [rank, { path }] of listJournals(folder).entries()) {
    try {
      const { size, mtimeMs } = statSync(path);
      bytes += size;
      if ((rank >= KEPT_JOURNALS || bytes > KEPT_BYTES) && Date.now() - mtimeMs > KEPT_MS)
        rmSync(path, { force: true });
    } catch {
      // somebody else has dropped it
    }
  }
}
