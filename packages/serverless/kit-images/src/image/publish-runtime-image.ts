import { ConfigError, type ImageReference, parseImageReference } from '@lithops/core/plugin';
import type { ConfiguredLogin } from '../credentials/registry-login.ts';
import { Registries } from '../registry/registries.ts';
import { registryError } from '../registry/registry-error.ts';
import type { Repository } from '../registry/repository.ts';
import type { WorkerCompanions } from '../worker/worker-archive.ts';
import { workerLayer } from '../worker/worker-layer.ts';
import { type BaseImage, readBaseImage, readName } from './base-image.ts';
import { contentTag, digestOf } from './digest.ts';
import { findNode } from './find-node.ts';
import { OCI_INDEX } from './image-documents.ts';
import { USUAL_PLATFORM } from './image-platform.ts';
import { type AssembledImage, hasWorker, imageWithWorker } from './image-with-worker.ts';
import { nodePath } from './node-path.ts';
import { isOldNode, noNodeError, oldNodeError } from './node-version.ts';
import { contentBytes, pushContent } from './push-image.ts';
import type { RuntimeImage } from './runtime-image.ts';
import { TransferProgress } from './transfer-progress.ts';

export interface RuntimeImageRequest {
  /** Image that tasks are to run in, in a registry: any with Node 22.12 or later. */
  readonly image: string;
  /** Where it goes with the worker in it, without a tag: `registry.example.com/team/runtimes`. */
  readonly repository: string;
  /** Further tags for it there. The one by its content it has in any case. */
  readonly tags?: readonly string[];
  /** `linux/amd64` by default; several make one image for all of them. */
  readonly platforms?: readonly string[];
  /** What the platform wants to stand beside the worker. */
  readonly companions?: WorkerCompanions;
  /** For one registry. For others, and where it is absent: what `docker login` has stored. */
  readonly login?: ConfiguredLogin;
  /** Registries, as image names begin, that are spoken to without TLS; those on this machine are in any case. */
  readonly insecureRegistries?: readonly string[];
  /** Told what is done, a line at a time. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Puts the worker on top of an image in a registry, and the result into a registry: no Docker is needed, only the registries.
 * Layers go from one to the other; within one they are not sent at all. The same image and the same version of Lithops
 * give the same tag and digest; what is there already is not sent again. An image that has this very worker is taken as it is.
 * @throws RuntimeNotFoundError when there is no such image, none for the platform, or no Node that will do in it;
 *   ConfigError when a name is none or a registry does not allow it; InvocationError when a registry is not reached or fails
 */
export async function publishRuntimeImage(request: RuntimeImageRequest): Promise<RuntimeImage> {
  const { image, repository, platforms = [USUAL_PLATFORM], companions, login, insecureRegistries, signal } = request;
  const from = referenceOf(image, 'image');
  const to = referenceOf(repository, 'repository');
  await using registries = new Registries({ login, insecureRegistries, signal });
  const layer = await workerLayer(companions);
  const source = await registries.repository(from);
  const bases = await told(`image ${image} could not be read`, async () => {
    const named = await readName(source, from);
    const read = await Promise.all(platforms.map((platform) => readBaseImage(source, image, named, platform)));
    return { named, read };
  });
  if (bases.read.every((base) => hasWorker(base, layer)))
    return runtimeImage(from, from.tag ?? contentTag(bases.named.digest), bases.named.digest, false);
  const images = bases.read.map((base) => imageWithWorker(base, layer));
  const target = await registries.repository(to);
  return await told(`${image} with the worker could not be put into ${repository}`, () =>
    publish(images, { to, target, request }),
  );
}

interface Destination {
  readonly to: ImageReference;
  readonly target: Repository;
  readonly request: RuntimeImageRequest;
}

async function publish(images: readonly AssembledImage[], destination: Destination): Promise<RuntimeImage> {
  const { to, target, request } = destination;
  const whole = wholeOf(images);
  const digest = digestOf(whole.bytes);
  const tag = contentTag(digest);
  const isThere = (await target.digestOfTag(tag)) === digest;
  if (!isThere) {
    await pushImages(images, destination);
    await target.putManifest(tag, whole.mediaType, whole.bytes);
  }
  for (const further of request.tags ?? [])
    if ((await target.digestOfTag(further)) !== digest) await target.putManifest(further, whole.mediaType, whole.bytes);
  const result = runtimeImage(to, tag, digest, !isThere);
  request.onOutput?.(`${result.name} ${isThere ? 'is there already' : 'is in its registry'}\n`);
  return result;
}

async function pushImages(images: readonly AssembledImage[], destination: Destination): Promise<void> {
  const { target, request } = destination;
  const { image, onOutput } = request;
  for (const { base } of images) await told(`image ${image} could not be read`, () => checkNode(base, onOutput));
  const total = images.reduce((sum, one) => sum + contentBytes(one), 0);
  const progress = new TransferProgress(
    `${image} for ${images.map(({ base }) => base.platform).join(', ')}`,
    total,
    onOutput,
  );
  for (const one of images) {
    await pushContent(target, one, (bytes) => progress.add(bytes));
    if (images.length > 1) await target.putManifest(one.descriptor.digest, one.descriptor.mediaType, one.manifest);
  }
}

async function checkNode(base: BaseImage, onOutput: RuntimeImageRequest['onOutput']): Promise<void> {
  const node = await findNode(base, () => onOutput?.(`looking for Node in the layers of ${base.name}\n`));
  if (node === 'none') throw noNodeError(base.name, nodePath(base.config.config ?? {}));
  if (node !== 'unknown' && isOldNode(node.version)) throw oldNodeError(base.name, node.version);
}

/** One image is its manifest; several are an index of theirs. */
function wholeOf(images: readonly AssembledImage[]): { readonly bytes: Buffer; readonly mediaType: string } {
  const [only] = images;
  if (only !== undefined && images.length === 1) return { bytes: only.manifest, mediaType: only.descriptor.mediaType };
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: images.map(({ descriptor }) => descriptor) };
  return { bytes: Buffer.from(JSON.stringify(index)), mediaType: OCI_INDEX };
}

function runtimeImage(
  { registry, repository }: ImageReference,
  tag: string,
  digest: string,
  pushed: boolean,
): RuntimeImage {
  const name = `${registry}/${repository}`;
  return { name: `${name}:${tag}`, digest, reference: `${name}@${digest}`, pushed };
}

/** Does something with registries, and says of an error what could not be done. */
async function told<Value>(doing: string, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    throw registryError(error, doing);
  }
}

function referenceOf(name: string, what: string): ImageReference {
  const reference = parseImageReference(name);
  if (reference !== undefined) return reference;
  throw new ConfigError(`'${name}' is no name of an ${what} in a registry`, {
    hint: 'a name like registry.example.com/team/name is expected',
  });
}
