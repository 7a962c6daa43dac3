import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
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
  const running = workerOfTask() ?? installedWorker(here);
  if (running !== undefined) return running;
  throw new Error(
    `worker.mjs is not beside ${here}, and @lithops/worker is not installed there; an application that is bundled keeps 'lithops' and '@lithops/*' external, or takes worker.mjs along`,
  );
}

/** What plain `node` runs to be a process of a pool: a file for that alone, which starts sooner, or the worker's one file. */
export function processArguments(): string[] {
  const worker = workerFile();
  const alone = join(dirname(worker), worker.endsWith('.ts') ? 'process.ts' : 'process.cjs');
  return [existsSync(alone) ? alone : worker, '--child'];
}

/** Seen from an application that is bundled beside its packages. */
function installedWorker(here: string): string | undefined {
  try {
    const file = join(dirname(createRequire(here).resolve('@lithops/worker/package.json')), 'dist', 'worker.mjs');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Code that was sent to a task has no files of its own; the worker that runs it has. */
function workerOfTask(): string | undefined {
  const scope = (globalThis as { [key: symbol]: { workerFile?(): string } | undefined })[Symbol.for('lithops.task')];
  return scope?.workerFile?.();
}
