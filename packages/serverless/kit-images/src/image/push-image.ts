import { type Readable, Transform } from 'node:stream';
import type { Repository } from '../registry/repository.ts';
import type { Descriptor } from './image-documents.ts';
import type { AssembledImage } from './image-with-worker.ts';

const LAYERS_AT_ONCE = 3;

/** Told bytes as they are sent; layers that the registry has, or finds by name, are told at once. */
export type OnSent = (bytes: number) => void;

/** Sends what an image is made of, all but its manifest. Layers of the base go from its registry to this one, where they are not there. */
export async function pushContent(target: Repository, image: AssembledImage, onSent: OnSent): Promise<void> {
  const { base, layer, config } = image;
  const waiting = [...base.manifest.layers];
  const copyNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await copy(target, base.repository, next, onSent);
  };
  await Promise.all(Array.from({ length: LAYERS_AT_ONCE }, copyNext));
  await target.putBlob({ digest: layer.digest, size: layer.bytes.byteLength, open: () => layer.bytes });
  const { digest } = JSON.parse(image.manifest.toString()).config as Descriptor; // our own document
  await target.putBlob({ digest, size: config.byteLength, open: () => config });
}

/** Bytes that have to go where the image goes. */
export function contentBytes({ base, layer, config }: AssembledImage): number {
  return base.manifest.layers.reduce((sum, { size }) => sum + size, layer.bytes.byteLength + config.byteLength);
}

async function copy(target: Repository, from: Repository, layer: Descriptor, onSent: OnSent): Promise<void> {
  // Of Windows images: everybody fetches those from where their makers say.
  if (/foreign|nondistributable/.test(layer.mediaType)) return;
  let sent = 0;
  const open = async (): Promise<Readable> => {
    onSent(-sent);
    sent = 0;
    const counting = new Transform({
      transform: (chunk: Buffer, _, done) => {
        sent += chunk.byteLength;
        onSent(chunk.byteLength);
        done(null, chunk);
      },
    });
    const blob = await from.blob(layer.digest);
    blob.once('error', (error) => counting.destroy(error));
    return blob.pipe(counting.once('close', () => blob.destroy()));
  };
  const { digest, size } = layer;
  const mountFrom = from.registry === target.registry && from.name !== target.name ? { mountFrom: from.name } : {};
  await target.putBlob({ digest, size, open, ...mountFrom });
  onSent(size - sent);
}
