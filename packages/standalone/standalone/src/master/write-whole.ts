import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file that is there whole or not at all, whenever we are killed. Only its owner may read it. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const partial = `${file}.part`;
  writeFileSync(partial, content, { mode: 0o600 });
  renameSync(partial, file);
}
