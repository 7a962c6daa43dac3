import { createHash } from 'node:crypto';
import { workerCode } from '@lithops/core/plugin';
import { programCode } from '../program-code.ts';
import { runContainerScript, runMasterScript, startWorkerScript } from './scripts.ts';

/** `container-worker.mjs` only where tasks run in containers. */
export type ProgramName = 'worker.mjs' | 'master.mjs' | 'container-worker.mjs';

/** What is put on machines, under the name of its content: two clients of the same release share what is there. */
export interface Release {
  readonly version: string;
  readonly files: readonly { readonly name: ProgramName; readonly bytes: Buffer }[];
}

let made: Promise<Release> | undefined;

export function currentRelease(): Promise<Release> {
  made ??= make();
  return made;
}

async function make(): Promise<Release> {
  const [worker, master, container] = await Promise.all([
    workerCode(),
    programCode('master.mjs'),
    programCode('container-worker.mjs'),
  ]);
  const files = [
    { name: 'worker.mjs', bytes: Buffer.from(worker) },
    { name: 'master.mjs', bytes: master },
    { name: 'container-worker.mjs', bytes: container },
  ] as const;
  const hash = createHash('sha256');
  for (const { bytes } of files) hash.update(bytes).update('\0');
  hash.update(startWorkerScript('')).update(runMasterScript('')).update(runContainerScript(''));
  return { version: hash.digest('hex').slice(0, 16), files };
}
