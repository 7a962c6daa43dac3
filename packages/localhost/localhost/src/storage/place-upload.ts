import { closeSync, constants, fsync, linkSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isErrno } from './errno.ts';
import { makeFolder } from './make-folder.ts';

/** A delete that removes a folder as a put makes it may win this often in a row. */
const MOST_TRIES = 100;

const sync = promisify(fsync);

/** Gives a complete file its name. @returns false when `ifAbsent` is set and the name is taken. */
export async function placeUpload(
  upload: string,
  path: string,
  { ifAbsent, durable }: { readonly ifAbsent: boolean; readonly durable: boolean },
): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      const made = makeFolder(dirname(path));
      // A link is made by one of many that try at once, in whatever processes.
      if (ifAbsent) linkSync(upload, path);
      else renameSync(upload, path);
      if (durable) await syncNames(path, made);
      return true;
    } catch (error) {
      if (ifAbsent && isErrno(error, 'EEXIST')) return false;
      // The folder was removed again, with its last object, by a delete.
      if (!isErrno(error, 'ENOENT') || tries === MOST_TRIES) throw error;
    }
  }
}

/** Makes the names of a file and of the folders that were made for it outlive a crash of the machine. */
async function syncNames(path: string, made: string | undefined): Promise<void> {
  const last = dirname(made ?? path);
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === last || folder === dirname(folder)) break;
  }
  // At once: the file system writes them together.
  await Promise.all(folders.map(syncFolder));
}

async function syncFolder(folder: string): Promise<void> {
  const fd = openSync(folder, constants.O_RDONLY);
  try {
    await sync(fd);
  } finally {
    closeSync(fd);
  }
}
