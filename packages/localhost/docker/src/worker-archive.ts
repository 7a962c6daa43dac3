import { workerCode } from '@lithops/core/plugin';
import { pack } from 'tar-stream';

/** Where the worker is put in a container. */
export const WORKER_FOLDER = '/lithops';
export const WORKER_FILE: string = `${WORKER_FOLDER}/worker.mjs`;

let archive: Promise<Buffer> | undefined;

/** The worker as an archive to be unpacked at the root; beside it a folder that everybody can write, for images without /tmp. */
export function workerArchive(): Promise<Buffer> {
  archive ??= makeArchive();
  return archive;
}

async function makeArchive(): Promise<Buffer> {
  const code = await workerCode();
  const tar = pack();
  const folder = WORKER_FOLDER.slice(1);
  tar.entry({ name: `${folder}/`, type: 'directory', mode: 0o755 });
  tar.entry({ name: `${folder}/worker.mjs`, mode: 0o644 }, code);
  tar.entry({ name: `${folder}/tmp/`, type: 'directory', mode: 0o1777 });
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer); // packs give nothing else
  return Buffer.concat(chunks);
}
