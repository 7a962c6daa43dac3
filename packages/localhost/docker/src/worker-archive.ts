import { workerCode } from '@lithops/core/plugin';
import { pack } from 'tar-stream';

/** Where the worker is put in a container. */
export const WORKER_FOLDER = '/lithops';
export const WORKER_FILE: string = `${WORKER_FOLDER}/worker.mjs`;

/** Bytes to be unpacked in a folder that is there. */
export interface WorkerArchive {
  readonly bytes: Buffer;
  readonly path: string;
}

const archives = new Map<boolean, Promise<Buffer>>();

/**
 * The worker as an archive; beside it a folder that everybody can write, for images without /tmp.
 * @param mounted Whether the worker's folder is there, as a volume: then nothing else can be written.
 */
export function workerArchive({ mounted }: { readonly mounted: boolean }): Promise<WorkerArchive> {
  const archive = archives.get(mounted) ?? makeArchive(mounted ? '' : `${WORKER_FOLDER.slice(1)}/`);
  archives.set(mounted, archive);
  return archive.then((bytes) => ({ bytes, path: mounted ? WORKER_FOLDER : '/' }));
}

async function makeArchive(prefix: string): Promise<Buffer> {
  const code = await workerCode();
  const tar = pack();
  if (prefix !== '') tar.entry({ name: prefix, type: 'directory', mode: 0o755 });
  tar.entry({ name: `${prefix}worker.mjs`, mode: 0o644 }, code);
  tar.entry({ name: `${prefix}tmp/`, type: 'directory', mode: 0o1777 });
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer); // packs give nothing else
  return Buffer.concat(chunks);
}
