import type { PluginLogger } from '@lithops/core/plugin';
import type { DockerConfig } from '../config.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError, statusOf } from '../engine/engine-errors.ts';
import { type ImageFacts, imageFacts } from './image-facts.ts';
import { pullImage } from './pull-image.ts';

/** Has an image at hand: pulled when it is not here, or when the configuration asks for the newest. @throws RuntimeNotFoundError, ConfigError, InvocationError */
export async function ensureImage(
  engine: Engine,
  image: string,
  config: DockerConfig,
  context: { readonly logger: PluginLogger; readonly signal: AbortSignal },
): Promise<ImageFacts> {
  const here = config.pullRuntime === true ? undefined : await inspect(engine, image);
  if (here !== undefined && hasPlatform(here, config.platform)) return here;
  await pullImage(engine, image, config, context);
  const pulled = await inspect(engine, image);
  if (pulled === undefined) throw new TypeError(`image ${image} was pulled, and is not there`);
  return pulled;
}

async function inspect(engine: Engine, image: string): Promise<ImageFacts | undefined> {
  try {
    return imageFacts(await engine.docker.getImage(image).inspect());
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw engineError(error, `image ${image} could not be looked up`, engine.address);
  }
}

/** A variant that was asked for is left to the registry. */
function hasPlatform({ platform }: ImageFacts, wanted: string | undefined): boolean {
  return wanted === undefined || wanted === platform;
}
