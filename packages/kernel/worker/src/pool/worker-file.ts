import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The worker's one file: plain `node <path> --child` runs it, anywhere. */
export function workerFile(): string {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith('.ts')) return join(dirname(here), '..', 'main.ts');
  // Built files share chunks, which may lie in any folder of the package's `dist`.
  for (let folder = dirname(here); ; folder = dirname(folder)) {
    const file = join(folder, 'worker.mjs');
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) break;
  }
  const running = workerOfTask();
  if (running !== undefined) return running;
  throw new Error(`worker.mjs is missing from the package of ${here}; install @lithops/worker again`);
}

/** Code that was sent to a task has no files of its own; the worker that runs it has. */
function workerOfTask(): string | undefined {
  const scope = (globalThis as { [key: symbol]: { workerFile?(): string } | undefined })[Symbol.for('lithops.task')];
  return scope?.workerFile?.();
}
