import type { ImageReference } from '@lithops/core/plugin';
import type { Registries } from './registries.ts';
import { registryError } from './registry-error.ts';

/** The digest of an image in its registry; undefined when it is not there. @throws ConfigError, InvocationError */
export async function digestInRegistry(registries: Registries, name: ImageReference): Promise<string | undefined> {
  return about(name, 'could not be looked up', async () => {
    const repository = await registries.repository(name);
    return repository.digestOfTag(name.tag ?? 'latest');
  });
}

/** Gives an image further tags in its repository, where it has others. @throws ConfigError, InvocationError */
export async function addTags(registries: Registries, name: ImageReference, tags: readonly string[]): Promise<void> {
  await about(name, 'could not be tagged', async () => {
    const repository = await registries.repository(name);
    const { bytes, digest, mediaType } = await repository.manifest(name.digest ?? name.tag ?? 'latest');
    for (const tag of tags)
      if ((await repository.digestOfTag(tag)) !== digest) await repository.putManifest(tag, mediaType, bytes);
  });
}

async function about<Value>(
  { registry, repository, tag }: ImageReference,
  what: string,
  act: () => Promise<Value>,
): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    throw registryError(error, `image ${registry}/${repository}:${tag ?? 'latest'} ${what}`);
  }
}
