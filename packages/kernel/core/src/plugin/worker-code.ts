import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { workerFile } from '@lithops/worker/pool';

const fromSource = new Map<string, Promise<string>>();

/** The worker as the text of one ES module, `worker.mjs`, for backends that take it to another place. */
export function workerCode(): Promise<string> {
  return codeOf('worker.mjs', 'main.ts');
}

/** The handler of AWS Lambda as the text of one ES module, to stand beside `worker.mjs`; it exports `handler`. */
export function lambdaHandlerCode(): Promise<string> {
  return codeOf('lambda-handler.mjs', join('lambda', 'handler.ts'));
}

function codeOf(built: string, source: string): Promise<string> {
  const worker = workerFile();
  const folder = dirname(worker);
  if (!worker.endsWith('.ts')) return readFile(join(folder, built), 'utf8');
  const bundled = fromSource.get(source) ?? bundle(join(folder, source));
  fromSource.set(source, bundled);
  return bundled;
}

/** In this repository the package is its sources, in many files. */
async function bundle(file: string): Promise<string> {
  const { bundleFile } = await import('@lithops/closure/bundle');
  return bundleFile(file);
}
