import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { StorageError } from '@lithops/core/plugin';
import { isErrno } from './errno.ts';
import { understood } from './file-errors.ts';

/** Looks at the folders on the way from the root to a file, as far as they exist. @throws StorageError when one is a link. */
export function assertNoLinks(root: string, path: string): void {
  for (let folder = dirname(path); folder !== root && folder !== dirname(folder); folder = dirname(folder)) {
    const real = realPathOf(folder);
    if (real === folder) return;
    if (real !== undefined)
      throw new StorageError(`${folder} leads out of the storage, to ${real}`, {
        reason: 'access-denied',
        hint: 'links are not followed there; remove it',
      });
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw understood(`look at ${path}`, error);
  }
}
