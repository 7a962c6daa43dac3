import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Folders and objects are their owner's. Those of root are its group's too: tasks in containers do not run as root, but in
 * its group, and share the storage.
 */
const sharedWithGroup = process.getuid?.() === 0;

/** Mode of new objects. */
export const OBJECT_MODE: number = sharedWithGroup ? 0o660 : 0o600;

/** Makes a folder, and those above it that are missing. @returns the first that was made; undefined when all were there */
export function makeFolder(path: string): string | undefined {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (!sharedWithGroup || first === undefined) return first;
  for (let folder = path; ; folder = dirname(folder)) {
    // The mode that was asked for may have lost bits to the process's own mask.
    chmodSync(folder, 0o770);
    if (folder === first || folder === dirname(folder)) return first;
  }
}
