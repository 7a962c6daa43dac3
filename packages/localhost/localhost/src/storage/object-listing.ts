import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectEntry } from '@lithops/core/plugin';
import { isErrno } from './errno.ts';
import { type DecodedName, decodeName, prefixToFolder } from './key-path.ts';
import { compareUtf8 } from './utf8-order.ts';

/** Files asked for their size at once. */
const STATS_AT_ONCE = 32;

interface NamedEntry extends DecodedName {
  readonly path: string;
}

/**
 * The objects of a bucket's folder whose keys begin with `prefix`, in the order of their keys' bytes. Holds the names of
 * one folder per level, never of the whole bucket. Links are passed over, as is all that is no object.
 */
export async function* listFolder(
  bucketFolder: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectEntry, void, void> {
  // No key has these.
  if (prefix.includes('\0') || !prefix.isWellFormed() || Buffer.byteLength(prefix) > 1024) return;
  const { folder, above } = prefixToFolder(prefix);
  if (!(await leadsThroughFolders(bucketFolder, folder))) return;
  yield* listBelow(join(bucketFolder, folder), above, prefix, signal);
}

/** `above` is what every key in this folder begins with. */
async function* listBelow(
  folder: string,
  above: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectEntry, void, void> {
  const entries = await sortedEntries(folder, above, prefix);
  let next = 0;
  while (next < entries.length) {
    signal?.throwIfAborted();
    const some = entries.slice(next, next + STATS_AT_ONCE);
    next += some.length;
    const stats = await Promise.all(some.map(({ path }) => statOf(path)));
    for (const [i, entry] of some.entries()) {
      const found = stats[i];
      const key = above + entry.text;
      if (entry.kind !== 'object') {
        if (found?.isDirectory()) yield* listBelow(entry.path, key, prefix, signal);
      } else if (found?.isFile()) {
        yield { key, size: found.size, lastModified: found.mtime };
      }
    }
  }
}

async function sortedEntries(folder: string, above: string, prefix: string): Promise<NamedEntry[]> {
  const entries: NamedEntry[] = [];
  for (const name of await namesIn(folder)) {
    const decoded = decodeName(name);
    if (decoded === undefined) continue;
    const start = above + decoded.text;
    if (start.startsWith(prefix) || (decoded.kind !== 'object' && prefix.startsWith(start)))
      entries.push({ ...decoded, path: join(folder, name) });
  }
  return entries.sort((a, b) => compareUtf8(a.text, b.text));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // Removed since it was seen, when its last object was deleted.
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

async function leadsThroughFolders(bucketFolder: string, folder: string): Promise<boolean> {
  let path = bucketFolder;
  for (const name of folder === '' ? [] : folder.split('/')) {
    path = join(path, name);
    if ((await statOf(path))?.isDirectory() !== true) return false;
  }
  return true;
}

/** Of the file itself, not of what a link leads to; undefined when there is none. */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}
