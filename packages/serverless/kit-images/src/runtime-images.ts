import { ConfigError, parseImageReference, type RuntimeBuildOptions } from '@lithops/core/plugin';
import { publishRuntimeImage } from './image/publish-runtime-image.ts';
import type { RuntimeImage } from './image/runtime-image.ts';
import { DEFAULT_IMAGE, type RuntimePlaceRequest, runtimePlace } from './image/runtime-place.ts';
import type { WorkerCompanions } from './worker/worker-archive.ts';

/** What the sections of container backends have in common: whose registry it is, and what images are to be for. */
export interface RuntimeImagesConfig extends Omit<RuntimePlaceRequest, 'runtime'> {
  /** `linux/amd64` by default; several make one image for all of them. */
  readonly platforms?: readonly string[] | undefined;
  /** Registries, as image names begin, that are spoken to without TLS; those on this machine are in any case. */
  readonly insecureRegistries?: readonly string[] | undefined;
  /** What the platform wants to stand beside the worker: texts by the names of their files. */
  readonly companions?: WorkerCompanions | undefined;
  /** Engine for Dockerfiles. Default: the one that `docker` itself would use. */
  readonly dockerHost?: string | undefined;
}

export interface ProgressOptions {
  /** Told what is done, a piece at a time. */
  readonly onOutput?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The image to deploy for a runtime of a configuration: that runtime, with the worker of this version of Lithops in it.
 * Quick where it is in its registry already. No Docker is needed.
 * @param runtime Default: {@link DEFAULT_IMAGE}.
 * @throws what {@link runtimePlace} and {@link publishRuntimeImage} do
 */
export async function deployableImage(
  runtime: string | undefined,
  config: RuntimeImagesConfig,
  options: ProgressOptions,
): Promise<RuntimeImage> {
  const { image, repository } = await runtimePlace({ ...config, runtime });
  return publishRuntimeImage({ image, repository, ...common(config, options) });
}

/**
 * What `lithops runtime build NAME` does for container backends. With a Dockerfile: an engine builds it, and pushes it. Without:
 * the default image, for which no engine is needed. Either has the worker on top; NAME, with its tag, names it from then on.
 * @throws ConfigError when a Dockerfile is to be built for several platforms; what `buildRuntimeImage` and
 *   {@link publishRuntimeImage} do
 */
export async function buildNamedImage(
  name: string,
  config: RuntimeImagesConfig,
  { file, context, fresh, ...options }: RuntimeBuildOptions,
): Promise<RuntimeImage> {
  const { repository } = await runtimePlace({ ...config, runtime: name });
  const tags = [parseImageReference(name)?.tag ?? 'latest'];
  if (file === undefined)
    return publishRuntimeImage({ image: DEFAULT_IMAGE, repository, tags, ...common(config, options) });
  const { buildRuntimeImage, Engine, findEngine } = await import('./engine/index.ts');
  const [platform, ...others] = config.platforms ?? [];
  if (others.length > 0)
    throw new ConfigError(`${file} can be built for one platform at a time, not for ${config.platforms?.join(', ')}`, {
      hint: `set platforms to one, or build ${name} with \`docker buildx build --platform ${config.platforms?.join()} --push\` and deploy that: the worker is put on top for all of them`,
    });
  return buildRuntimeImage(new Engine(findEngine(config.dockerHost)), {
    from: { file, context },
    repository,
    tags,
    ...common(config, options),
    ...(platform !== undefined && { platform }),
    ...(fresh !== undefined && { fresh }),
  });
}

function common(
  { dockerServer, dockerUser, dockerPassword, insecureRegistries, platforms, companions }: RuntimeImagesConfig,
  { onOutput, signal }: ProgressOptions,
): Partial<Parameters<typeof publishRuntimeImage>[0]> {
  return {
    login: { dockerServer, dockerUser, dockerPassword },
    ...(insecureRegistries !== undefined && { insecureRegistries }),
    ...(platforms !== undefined && { platforms }),
    ...(companions !== undefined && { companions }),
    ...(onOutput !== undefined && { onOutput }),
    ...(signal !== undefined && { signal }),
  };
}
