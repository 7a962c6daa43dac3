import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { digestOf } from '../src/image/digest.ts';
import {
  type Descriptor,
  DOCKER_LAYER,
  DOCKER_MANIFEST,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
} from '../src/image/image-documents.ts';
import type { Repository } from '../src/registry/repository.ts';

/** What an image of the tests holds; layers from below, files by path. A value `-> target` is a link. */
export interface BaseRecipe {
  readonly layers?: readonly Readonly<Record<string, string>>[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly architecture?: string;
  readonly kind?: 'oci' | 'docker';
  /** Bytes that no compression makes fewer, in a layer of their own. */
  readonly ballast?: Uint8Array;
}

/** As the programs of releases have it. */
export const NODE_24 = 'https://nodejs.org/download/release/v24.1.0/node-v24.1.0.tar.gz';

/** Puts a small image, made here, into a registry. @returns what an index says of it */
export async function putBase(repository: Repository, tag: string, recipe: BaseRecipe = {}): Promise<Descriptor> {
  const { layers = [{ 'usr/local/bin/node': NODE_24 }], config = {}, architecture = 'amd64', kind = 'oci' } = recipe;
  const tars = await Promise.all(layers.map(tarOf));
  const blobs = tars.map((tar) => gzipSync(tar));
  if (recipe.ballast !== undefined) {
    const tar = await tarOf({ ballast: Buffer.from(recipe.ballast).toString('latin1') });
    tars.push(tar);
    blobs.push(gzipSync(tar, { level: 0 }));
  }
  const document = Buffer.from(
    JSON.stringify({ os: 'linux', architecture, config, rootfs: { type: 'layers', diff_ids: tars.map(digestOf) } }),
  );
  for (const bytes of [...blobs, document])
    await repository.putBlob({ digest: digestOf(bytes), size: bytes.byteLength, open: () => bytes });
  const describe = (mediaType: string) => (bytes: Uint8Array) => ({
    mediaType,
    size: bytes.byteLength,
    digest: digestOf(bytes),
  });
  const mediaType = kind === 'oci' ? OCI_MANIFEST : DOCKER_MANIFEST;
  const configType =
    kind === 'oci' ? 'application/vnd.oci.image.config.v1+json' : 'application/vnd.docker.container.image.v1+json';
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: describe(configType)(document),
      layers: blobs.map(describe(kind === 'oci' ? OCI_LAYER : DOCKER_LAYER)),
    }),
  );
  await repository.putManifest(tag, mediaType, manifest);
  return { ...describe(mediaType)(manifest), platform: { os: 'linux', architecture } };
}

/** One name for images of several platforms. */
export async function putIndex(repository: Repository, tag: string, manifests: readonly Descriptor[]): Promise<void> {
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests };
  await repository.putManifest(tag, OCI_INDEX, Buffer.from(JSON.stringify(index)));
}

async function tarOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) {
    const target = /^-> (.*)$/.exec(content)?.[1];
    if (target === undefined) tar.entry({ name, mode: 0o755 }, Buffer.from(content, 'latin1'));
    else tar.entry({ name, type: 'symlink', linkname: target });
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer); // packs give nothing else
  return Buffer.concat(chunks);
}
