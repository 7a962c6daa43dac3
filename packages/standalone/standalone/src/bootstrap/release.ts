import { createHash } from 'node:crypto';
import { workerCode } from '@lithops/core/plugin';
import { masterCode } from '../program-code.ts';
import { runMasterScript, startWorkerScript } from './scripts.ts';

/** What is put on machines, under the name of its content: two clients of the same release share what is there. */
export interface Release {
  readonly version: string;
  readonly files: readonly { readonly name: 'worker.mjs' | 'master.mjs'; readonly bytes: Buffer }[];
}

let made: Promise<Release> | undefined;

export function currentRelease(): Promise<Release> {
  made ??= make();
  return made;
}

async function make(): Promise<Release> {
  const [worker, master] = await Promise.all([workerCode(), masterCode()]);
  const files = [
    { name: 'worker.mjs', bytes: Buffer.from(worker) },
    { name: 'master.mjs', bytes: master },
  ] as const;
  const hash = createHash('sha256');
  for (const { bytes } of files) hash.update(bytes).update('\0');
  hash.update(startWorkerScript('')).update(runMasterScript(''));
  return { version: hash.digest('hex').slice(0, 16), files };
}
