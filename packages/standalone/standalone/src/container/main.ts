import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { PrepareRequest } from '../protocol/container-environment.ts';
import { prepareEnvironment } from './prepare-environment.ts';
import { runContainer } from './run-container.ts';

/** The worker of this release, beside this file. */
const workerCode = () => readFile(join(dirname(process.argv[1] ?? ''), 'worker.mjs'), 'utf8');

/**
 * The program `node container-worker.mjs FOLDER prepare NAME`, which reads a request on its stdin, or
 * `... run NAME PROCESSES HEAP SILENCE`, whose stdin and stdout are those of the worker in the container.
 */
async function main([base = '', action, name = '', processes, heap, silence]: readonly string[]): Promise<void> {
  if (action === 'prepare') {
    const request = (await json(process.stdin)) as PrepareRequest; // our own client writes it
    process.stdout.write(JSON.stringify(await prepareEnvironment(base, name, request, workerCode)));
    return;
  }
  if (action !== 'run') throw new TypeError('usage: container-worker.mjs FOLDER prepare|run NAME ...');
  await runContainer(base, name, {
    processes: Number(processes),
    silenceSeconds: Number(silence),
    workerCode,
    ...(heap !== '0' && { heapMegabytes: Number(heap) }),
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
