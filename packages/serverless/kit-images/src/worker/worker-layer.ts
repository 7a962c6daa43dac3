import { digestOf } from '../image/digest.ts';
import { storedGzip } from './stored-gzip.ts';
import { companionsKey, WORKER_FOLDER, type WorkerCompanions, workerArchive } from './worker-archive.ts';

/** The layer that makes an image run tasks: the worker, and what is to stand beside it. */
export interface WorkerLayer {
  /** As registries keep it, gzip. */
  readonly bytes: Buffer;
  /** Of `bytes`. */
  readonly digest: string;
  /** Of the tar in it. */
  readonly diffId: string;
}

const layers = new Map<string, Promise<WorkerLayer>>();

/** The layer of this version of Lithops; the same digest wherever and whenever it is made. */
export function workerLayer(companions: WorkerCompanions = {}): Promise<WorkerLayer> {
  const key = companionsKey('', companions);
  const layer = layers.get(key) ?? makeLayer(companions);
  layers.set(key, layer);
  return layer;
}

async function makeLayer(companions: WorkerCompanions): Promise<WorkerLayer> {
  const tar = await workerArchive(`${WORKER_FOLDER.slice(1)}/`, companions);
  const bytes = storedGzip(tar);
  return { bytes, digest: digestOf(bytes), diffId: digestOf(tar) };
}
