import { readFile } from 'node:fs/promises';
import { workerFile } from '@lithops/worker/pool';

let fromSource: Promise<string> | undefined;

/** The worker as the text of one ES module, `worker.mjs`, for backends that take it to another place. */
export function workerCode(): Promise<string> {
  const file = workerFile();
  if (!file.endsWith('.ts')) return readFile(file, 'utf8');
  fromSource ??= bundle(file);
  return fromSource;
}

/** In this repository the package is its sources, in many files. */
async function bundle(file: string): Promise<string> {
  const { bundleFile } = await import('@lithops/closure/bundle');
  return bundleFile(file);
}
