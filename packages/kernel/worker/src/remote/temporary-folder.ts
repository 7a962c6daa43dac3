import { accessSync, constants, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { workerFile } from '../pool/worker-file.ts';

/** Small images have no folder for temporary files; then there is one beside the worker, for us and for user code. */
export function provideTemporaryFolder(): void {
  if (isWritable(tmpdir())) return;
  const beside = join(dirname(workerFile()), 'tmp');
  // Its name says what is missing, where even that one cannot be written.
  if (isWritable(beside)) process.env['TMPDIR'] = mkdtempSync(join(beside, 'worker-'));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
