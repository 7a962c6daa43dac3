import { digestOf } from '../image/digest.ts';
import { storedGzip } from './stored-gzip.ts';
import { WORKER_FOLDER, workerArchive } from './worker-archive.ts';

/** The layer that makes an image run tasks: the worker, and nothing else. */
export interface WorkerLayer {
  /** As registries keep it, gzip. */
  readonly bytes: Buffer;
  /** Of `bytes`. */
  readonly digest: string;
  /** Of the tar in it. */
  readonly diffId: string;
}

let layer: Promise<WorkerLayer> | undefined;

/** The layer of this version of Lithops; the same digest wherever and whenever it is made. */
export function workerLayer(): Promise<WorkerLayer> {
  layer ??= makeLayer();
  return layer;
}

async function makeLayer(): Promise<WorkerLayer> {
  const tar = await workerArchive(`${WORKER_FOLDER.slice(1)}/`);
  const bytes = storedGzip(tar);
  return { bytes, digest: digestOf(bytes), diffId: digestOf(tar) };
}
