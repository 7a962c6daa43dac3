import type { Dirent, Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../errors/storage-error.ts';
import type { GlobPattern } from './glob-pattern.ts';

/** A local file that was found. */
export interface FoundFile {
  readonly path: string;
  readonly size: number;
  /** ms since the epoch. */
  readonly lastModified: number;
}

/** A file, or all files below a folder. Nothing when there is neither. @throws StorageError */
export async function* filesAt(path: string): AsyncGenerator<FoundFile, void, void> {
  const found = await statOf(path);
  if (found === undefined) return;
  if (found.isDirectory()) yield* filesBelow(path, () => true);
  else if (found.isFile()) yield toFile(path, found);
  else throw new StorageError(`${path} is no ordinary file`);
}

/** The files below a folder whose paths match. @throws StorageError */
export async function* filesMatching(folder: string, pattern: GlobPattern): AsyncGenerator<FoundFile, void, void> {
  if ((await statOf(folder))?.isDirectory() === true)
    yield* filesBelow(folder, (path) => pattern.matches(path.replaceAll('\\', '/')));
}

/** In the order of their paths. Hidden files and folders are passed over, as shells do; so are links to folders. */
async function* filesBelow(folder: string, wanted: (path: string) => boolean): AsyncGenerator<FoundFile, void, void> {
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      yield* filesBelow(path, wanted);
      continue;
    }
    if (!wanted(path)) continue;
    const found = await statOf(path);
    if (found?.isFile() === true) yield toFile(path, found);
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await understood(folder, () => readdir(folder, { withFileTypes: true }));
  // A folder is where the paths below it are.
  const order = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name);
  return entries
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
}

async function statOf(path: string): Promise<Stats | undefined> {
  return understood(path, async () => {
    try {
      return await stat(path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
        return undefined;
      throw error;
    }
  });
}

async function understood<Result>(path: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    throw new StorageError(`${path} cannot be looked at: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function toFile(path: string, { size, mtimeMs }: Stats): FoundFile {
  return { path, size, lastModified: mtimeMs };
}
