import {
  type BuiltRuntime,
  type PluginContext,
  parseImageReference,
  type RuntimeBuildOptions,
} from '@lithops/core/plugin';
import { DEFAULT_IMAGE, publishRuntimeImage, type RuntimePlace, runtimePlace } from '@lithops/kit-images';
import type { KnativeSettings } from './settings.ts';

/** What is configured as `runtime`, or stands for it. */
export function runtimeName({ runtime = DEFAULT_IMAGE }: KnativeSettings): string {
  return runtime;
}

/** The image of a runtime with the worker in it, in a registry: put there when it is not. @returns its name by digest */
export async function runtimeImage(
  settings: KnativeSettings,
  runtime: string,
  { logger, signal }: Pick<PluginContext, 'logger' | 'signal'>,
): Promise<string> {
  const { image, repository } = await placeOf(settings, runtime);
  const { reference } = await publishRuntimeImage({
    image,
    repository,
    ...registryOptions(settings),
    signal,
    onOutput: (text) => logger.info(text.trimEnd()),
  });
  return reference;
}

/** Builds what `runtime` is to name: from a Dockerfile by a Docker engine, or without one the default image, by registries alone. */
export async function buildRuntime(
  settings: KnativeSettings,
  runtime: string,
  { file, context, fresh, onOutput, signal }: RuntimeBuildOptions,
): Promise<BuiltRuntime> {
  const { repository } = await placeOf(settings, runtime);
  const common = {
    repository,
    tags: [parseImageReference(runtime)?.tag ?? 'latest'],
    ...(onOutput !== undefined && { onOutput }),
    ...(signal !== undefined && { signal }),
  };
  if (file === undefined) {
    const { reference, pushed } = await publishRuntimeImage({
      ...registryOptions(settings),
      ...common,
      image: DEFAULT_IMAGE,
    });
    return { name: runtime, image: reference, built: pushed };
  }
  const { buildRuntimeImage, Engine, findEngine } = await import('@lithops/kit-images/engine');
  const { platforms: [platform] = [], ...options } = registryOptions(settings);
  const { reference, pushed } = await buildRuntimeImage(new Engine(findEngine(settings.dockerHost)), {
    ...options,
    ...common,
    from: { file, context },
    ...(platform !== undefined && { platform }),
    ...(fresh !== undefined && { fresh }),
  });
  return { name: runtime, image: reference, built: pushed };
}

function placeOf(settings: KnativeSettings, runtime: string): Promise<RuntimePlace> {
  const { dockerServer, dockerUser, dockerPassword, dockerNamespace } = settings;
  return runtimePlace({ dockerServer, dockerUser, dockerPassword, dockerNamespace, runtime });
}

function registryOptions({ dockerServer, dockerUser, dockerPassword, insecureRegistries, platforms }: KnativeSettings) {
  return {
    login: { dockerServer, dockerUser, dockerPassword },
    ...(insecureRegistries !== undefined && { insecureRegistries }),
    ...(platforms !== undefined && { platforms }),
  };
}
