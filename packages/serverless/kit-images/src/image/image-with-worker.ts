import type { WorkerLayer } from '../worker/worker-layer.ts';
import type { BaseImage } from './base-image.ts';
import { digestOf } from './digest.ts';
import {
  type Descriptor,
  DOCKER_LAYER,
  DOCKER_MANIFEST,
  type ImageConfig,
  type ImageManifest,
  OCI_LAYER,
  OCI_MANIFEST,
} from './image-documents.ts';
import { WORKER_LABEL, workerDefaults } from './worker-defaults.ts';

/** An image, ready to be pushed: its documents, and the layers that they name. */
export interface AssembledImage {
  readonly base: BaseImage;
  readonly layer: WorkerLayer;
  readonly config: Buffer;
  readonly manifest: Buffer;
  /** Describes `manifest`, with its platform. */
  readonly descriptor: Descriptor;
}

const EMPTY_TIME = '1970-01-01T00:00:00Z';

/** Whether an image has this very worker already, and runs it. */
export function hasWorker({ config: { config } }: BaseImage, layer: WorkerLayer): boolean {
  const isEntrypoint = config?.Entrypoint?.[1]?.startsWith('/lithops/') === true;
  return isEntrypoint && config?.Labels?.[WORKER_LABEL] === layer.digest;
}

/**
 * An image with the worker in a layer on top of it, which nothing else of the image depends on. Of the same kind as the
 * image, OCI's or Docker's; nothing in it tells when, where or by whom it was made, so that equal images are equal bytes.
 */
export function imageWithWorker(base: BaseImage, layer: WorkerLayer): AssembledImage {
  const isDocker = base.mediaType === DOCKER_MANIFEST;
  const config = Buffer.from(JSON.stringify(configWithWorker(base.config, layer)));
  const added = {
    mediaType: isDocker ? DOCKER_LAYER : OCI_LAYER,
    size: layer.bytes.byteLength,
    digest: layer.digest,
  };
  const mediaType = isDocker ? DOCKER_MANIFEST : OCI_MANIFEST;
  const document: ImageManifest = {
    ...base.manifest,
    mediaType,
    config: { ...base.manifest.config, size: config.byteLength, digest: digestOf(config) },
    layers: [...base.manifest.layers, added],
  };
  const manifest = Buffer.from(JSON.stringify(document));
  const { os, architecture, variant } = base.config;
  const platform = { os, architecture, ...(variant !== undefined && variant !== '' && { variant }) };
  const descriptor = { mediaType, digest: digestOf(manifest), size: manifest.byteLength, platform };
  return { base, layer, config, manifest, descriptor };
}

function configWithWorker(base: ImageConfig, layer: WorkerLayer): ImageConfig {
  const created = base.created ?? EMPTY_TIME;
  return {
    ...base,
    config: workerDefaults(base.config ?? {}, layer.digest),
    rootfs: { ...base.rootfs, diff_ids: [...base.rootfs.diff_ids, layer.diffId] },
    ...(base.history !== undefined && {
      history: [...base.history, { created, created_by: 'lithops', comment: 'the worker of Lithops' }],
    }),
  };
}
