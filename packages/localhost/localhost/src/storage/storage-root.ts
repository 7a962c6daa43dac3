import { lstatSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '@lithops/core/plugin';
import { isErrno } from './errno.ts';

/**
 * The folder of the `localhost` storage where none is configured: in `LITHOPS_TEMP_DIR`, else in a folder of the user's own
 * among the system's temporary files.
 * @throws StorageError when that folder is another user's: its name can be guessed, so it may be a trap.
 */
export function defaultStorageRoot(): string {
  const configured = process.env['LITHOPS_TEMP_DIR'];
  if (configured !== undefined && configured !== '') return join(configured, 'storage');
  const folder = join(tmpdir(), `lithops-${userName()}`);
  assertOwn(folder);
  return join(folder, 'storage');
}

function assertOwn(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return;
  const own = process.getuid === undefined || found.uid === process.getuid();
  if (own && found.isDirectory()) return;
  throw new StorageError(`${folder} belongs to somebody else, or is no folder; objects are not put there`, {
    reason: 'access-denied',
    hint: 'set LITHOPS_TEMP_DIR or localhost.storage_root to a folder of your own',
  });
}

/** In a container the user may have a number and no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    if (!isErrno(error, 'ENOENT') && !isErrno(error, 'ERR_SYSTEM_ERROR')) throw error;
    return String(process.getuid?.() ?? 'user');
  }
}
