import type { BuiltRuntime, PluginContext, RuntimeBuildOptions } from '@lithops/core/plugin';
import { buildNamedImage, DEFAULT_IMAGE, deployableImage } from '@lithops/kit-images';
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
  const onOutput = (text: string) => logger.info(text.trimEnd());
  const { reference } = await deployableImage(runtime, settings, { signal, onOutput });
  return reference;
}

/**
 * Builds what `runtime` is to name: from a Dockerfile by a Docker engine, or without one the default image, by registries alone.
 * @throws ConfigError when a Dockerfile is to be built for several platforms
 */
export async function buildRuntime(
  settings: KnativeSettings,
  runtime: string,
  options: RuntimeBuildOptions,
): Promise<BuiltRuntime> {
  const { reference, pushed } = await buildNamedImage(runtime, settings, options);
  return { name: runtime, image: reference, built: pushed };
}
