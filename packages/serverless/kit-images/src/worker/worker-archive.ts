import { workerCode } from '@lithops/core/plugin';
import { pack } from 'tar-stream';
import { digestOf } from '../image/digest.ts';

/** Where the worker is put in a container. */
export const WORKER_FOLDER = '/lithops';
export const WORKER_FILE: string = `${WORKER_FOLDER}/worker.mjs`;

/** The same for everybody, so that equal workers are equal bytes. Not 0, which some tools take for "no time". */
const MODIFIED = new Date(1000);

/** What platforms want to stand beside the worker: texts by the names of their files. */
export type WorkerCompanions = Readonly<Record<string, string>>;

const archives = new Map<string, Promise<Buffer>>();

/**
 * The worker as a tar; beside it a folder that everybody can write, for images without /tmp. The same bytes wherever and
 * whenever it is made.
 * @param folder Where it is to be, as the archive's paths begin: `lithops/`, or `` where it is unpacked there.
 * @param code The same in a process whenever it is asked for.
 */
export function workerArchive(
  folder: string,
  companions: WorkerCompanions = {},
  code: () => Promise<string> = workerCode,
): Promise<Buffer> {
  const key = companionsKey(folder, companions);
  const archive = archives.get(key) ?? makeArchive(folder, companions, code);
  archives.set(key, archive);
  return archive;
}

/** Of what is made from these and the worker; once for each of them. */
export function companionsKey(prefix: string, companions: WorkerCompanions): string {
  const files = Object.entries(companions).sort(([a], [b]) => (a < b ? -1 : 1));
  return files.length === 0 ? prefix : `${prefix} ${digestOf(JSON.stringify(files))}`;
}

async function makeArchive(
  folder: string,
  companions: WorkerCompanions,
  workerText: () => Promise<string>,
): Promise<Buffer> {
  const code = await workerText();
  const tar = pack();
  const owner = { uid: 0, gid: 0, mtime: MODIFIED };
  if (folder !== '') tar.entry({ ...owner, name: folder, type: 'directory', mode: 0o755 });
  tar.entry({ ...owner, name: `${folder}tmp/`, type: 'directory', mode: 0o1777 });
  tar.entry({ ...owner, name: `${folder}worker.mjs`, mode: 0o644 }, code);
  for (const name of Object.keys(companions).sort())
    tar.entry({ ...owner, name: `${folder}${name}`, mode: 0o644 }, companions[name] ?? '');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer); // packs give nothing else
  return Buffer.concat(chunks);
}
