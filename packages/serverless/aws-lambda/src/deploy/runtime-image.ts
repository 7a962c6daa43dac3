import {
  type BuiltRuntime,
  type PluginContext,
  parseImageReference,
  type RuntimeBuildOptions,
} from '@lithops/core/plugin';
import type { ProgressOptions, RuntimeImagesConfig } from '@lithops/kit-images';
import type { LambdaSettings } from '../settings.ts';
import { EcrRegistry } from './ecr-registry.ts';

type StorageContext = Pick<PluginContext, 'storageCode'>;

/**
 * The image of a runtime with the worker and what opens the executor's storage in it, in ECR: put there when it is not.
 * @returns its name by digest
 * @throws RuntimeNotFoundError when there is no such image, or no Node in it; ConfigError, InvocationError
 */
export async function runtimeImage(
  settings: LambdaSettings,
  context: StorageContext,
  options: ProgressOptions,
): Promise<string> {
  const { deployableImage } = await import('@lithops/kit-images');
  const config = await imagesConfig(settings, context);
  const { reference } = await deployableImage(settings.runtime, config, options);
  return reference;
}

/**
 * Builds what `runtime` is to name: from a Dockerfile by a Docker engine, or without one the default image, by registries alone.
 * @throws what {@link runtimeImage} does
 */
export async function buildImage(
  settings: LambdaSettings,
  context: StorageContext,
  options: RuntimeBuildOptions,
): Promise<BuiltRuntime> {
  const { buildNamedImage } = await import('@lithops/kit-images');
  const config = await imagesConfig(settings, context);
  const { reference, pushed } = await buildNamedImage(settings.runtime, config, options);
  return { name: settings.runtime, image: reference, built: pushed };
}

/** Whose registry it is, and what is to be in images. There is a repository for the runtime from then on. */
async function imagesConfig(settings: LambdaSettings, { storageCode }: StorageContext): Promise<RuntimeImagesConfig> {
  const { runtimePlace } = await import('@lithops/kit-images');
  await using registry = new EcrRegistry(settings);
  const [login, storage] = await Promise.all([registry.login(), storageCode?.()]);
  const { repository } = await runtimePlace({ ...login, runtime: settings.runtime });
  await registry.ensureRepository(parseImageReference(repository)?.repository ?? repository);
  return {
    ...login,
    platforms: [settings.architecture === 'arm64' ? 'linux/arm64' : 'linux/amd64'],
    companions: storage === undefined ? {} : { 'storage.cjs': storage },
  };
}
