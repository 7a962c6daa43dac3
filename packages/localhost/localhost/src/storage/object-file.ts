import { constants, lstatSync, type Stats } from 'node:fs';
import { type FileHandle, open, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ObjectHead } from '@lithops/core/plugin';
import { isErrno } from './errno.ts';
import { understood } from './file-errors.ts';
import { statOf } from './object-listing.ts';

/** An object is never written in place: another version is another file. */
export function headOf({ ino, mtime, mtimeMs, size }: Stats): ObjectHead {
  const etag = [ino, Math.trunc(mtimeMs * 1000), size].map((part) => part.toString(36)).join('-');
  return { size, lastModified: mtime, etag };
}

/** Whether there is anything of that name. @throws StorageError */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw understood(`look at ${path}`, error);
  }
}

/** Undefined when there is no object. */
export async function openObject(
  path: string,
): Promise<{ readonly handle: FileHandle; readonly stats: Stats } | undefined> {
  // A pipe that somebody put there would keep `open` waiting.
  if ((await statOf(path))?.isFile() !== true) return undefined;
  try {
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      return { handle, stats: await handle.stat() };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Removes an object, if it is there, and the folders up to its bucket's that hold nothing more. */
export async function removeObject(path: string, bucketFolder: string): Promise<void> {
  await rm(path, { force: true });
  await removeEmptyFolders(dirname(path), bucketFolder);
}

async function removeEmptyFolders(folder: string, top: string): Promise<void> {
  for (let path = folder; path !== top; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) return;
    }
  }
}
