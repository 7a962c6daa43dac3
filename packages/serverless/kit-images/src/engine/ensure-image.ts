import type { PluginLogger } from '@lithops/core/plugin';
import type { ConfiguredLogin, RegistryLogin } from '../credentials/registry-login.ts';
import type { Engine } from './engine.ts';
import { engineError, statusOf } from './engine-errors.ts';
import { type ImageFacts, imageFacts } from './image-facts.ts';
import { pullImage } from './pull-image.ts';

export interface ImageChoice extends ConfiguredLogin {
  /** Ask the registry for a newer image even if there is one here. */
  readonly pullRuntime?: boolean | undefined;
  /** `linux/arm64`, of an image for several. */
  readonly platform?: string | undefined;
  /** Where somebody else has found out who we are to the registry. */
  readonly login?: RegistryLogin | undefined;
}

/** Has an image at hand: pulled when it is not here, or when the configuration asks for the newest. @throws RuntimeNotFoundError, ConfigError, InvocationError */
export async function ensureImage(
  engine: Engine,
  image: string,
  config: ImageChoice,
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
