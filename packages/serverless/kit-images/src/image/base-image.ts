import { type ImageReference, RuntimeNotFoundError } from '@lithops/core/plugin';
import type { Repository, StoredManifest } from '../registry/repository.ts';
import { type ImageConfig, type ImageIndex, type ImageManifest, isIndex, SCHEMA_1 } from './image-documents.ts';
import { matchesPlatform, type Platform, platformName } from './image-platform.ts';

/** An image for one platform, as its registry describes it; its layers stay where they are. */
export interface BaseImage {
  readonly repository: Repository;
  /** What the user calls it. */
  readonly name: string;
  /** Of the manifest. */
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly platform: Platform;
}

/** What a name means in its registry: a manifest, or an index of several. @throws what the registry does */
export function readName(
  repository: Repository,
  { tag, digest }: Pick<ImageReference, 'tag' | 'digest'>,
): Promise<StoredManifest> {
  return repository.manifest(digest ?? tag ?? 'latest');
}

/** The image of a name for one platform. @throws RuntimeNotFoundError when there is none; what the registry does */
export async function readBaseImage(
  repository: Repository,
  name: string,
  named: StoredManifest,
  platform: Platform,
): Promise<BaseImage> {
  const stored = isIndex(named.mediaType) ? await choose(repository, name, named, platform) : named;
  if (stored.mediaType === SCHEMA_1)
    throw new RuntimeNotFoundError(`image ${name} has the old format ${stored.mediaType}`, {
      hint: 'push it again with a Docker of this decade',
    });
  const manifest: ImageManifest = JSON.parse(stored.bytes.toString());
  const config: ImageConfig = JSON.parse((await repository.document(manifest.config)).toString());
  if (!matchesPlatform(config, platform)) throw wrongPlatform(name, platform, [platformName(config)]);
  const { digest, mediaType } = stored;
  return { repository, name, digest, mediaType, manifest, config, platform: platformName(config) };
}

function choose(
  repository: Repository,
  name: string,
  index: StoredManifest,
  platform: Platform,
): Promise<StoredManifest> {
  const { manifests }: ImageIndex = JSON.parse(index.bytes.toString());
  const found = manifests.find((entry) => entry.platform !== undefined && matchesPlatform(entry.platform, platform));
  if (found !== undefined) return repository.manifest(found.digest);
  // Entries beside the images, of unknown platforms, say how they were built.
  const there = manifests.flatMap((entry) =>
    entry.platform === undefined || entry.platform.os === 'unknown' ? [] : [platformName(entry.platform)],
  );
  throw wrongPlatform(name, platform, there);
}

function wrongPlatform(name: string, wanted: Platform, there: readonly Platform[]): RuntimeNotFoundError {
  return new RuntimeNotFoundError(`image ${name} is not made for ${wanted}, but for ${there.join(', ')}`, {
    hint: `build it for ${wanted} (\`docker build --platform ${wanted}\`), or set platform to one that the cluster has`,
  });
}
