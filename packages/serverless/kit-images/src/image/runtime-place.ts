import { ConfigError, type ImageReference, parseImageReference } from '@lithops/core/plugin';
import { registryCredentials } from '../credentials/registry-credentials.ts';
import type { ConfiguredLogin } from '../credentials/registry-login.ts';

/** Node with a small Debian, for who names no image. */
export const DEFAULT_IMAGE = 'node:24-slim';

export interface RuntimePlaceRequest extends ConfiguredLogin {
  /** Name of an image. Default: {@link DEFAULT_IMAGE}. */
  readonly runtime?: string | undefined;
  /** Folder of the registry for images of ours. Default: the user's. */
  readonly dockerNamespace?: string | undefined;
}

/** Where an image is read from, and where it goes with the worker in it. */
export interface RuntimePlace {
  readonly image: string;
  readonly repository: string;
}

/**
 * What a configuration means by a runtime: `team/image` is one of `docker_server`, as with Lithops for Python; `node:24-slim`
 * is Docker Hub's. With the worker in it goes beside the image itself, where that is in the registry that is the user's,
 * else into his folder of that registry as `lithops-<name>`.
 * @throws ConfigError when the name is none, or when it is not known what may be written to
 */
export async function runtimePlace(request: RuntimePlaceRequest): Promise<RuntimePlace> {
  const { runtime = DEFAULT_IMAGE, dockerServer } = request;
  const server = serverName(dockerServer ?? 'docker.io');
  const named = imageName(runtime);
  const isFolders = named.registry === 'docker.io' && !named.repository.startsWith('library/');
  const isOfServer = isFolders && !/^(?:index\.)?docker\.io\//.test(runtime);
  const image = isOfServer && server !== 'docker.io' ? `${server}/${runtime}` : runtime;
  const { registry, repository } = imageName(image);
  const isWritable = !(registry === 'docker.io' && repository.startsWith('library/'));
  if (isWritable && (dockerServer === undefined || registry === server))
    return { image, repository: `${registry}/${repository}` };
  const folder = await writableFolder(server, request, runtime);
  const name = `lithops-${repository.slice(repository.lastIndexOf('/') + 1)}`;
  return { image, repository: [server, ...folder, name].join('/') };
}

/** @throws ConfigError when nobody says where */
async function writableFolder(server: string, request: RuntimePlaceRequest, runtime: string): Promise<string[]> {
  const { dockerNamespace, dockerUser } = request;
  if (dockerNamespace !== undefined) return [dockerNamespace];
  if (dockerUser !== undefined && isFolder(dockerUser)) return [dockerUser];
  if (server !== 'docker.io') return [];
  const stored = await registryCredentials({ registry: server }, {});
  if (stored !== undefined && isFolder(stored.username)) return [stored.username];
  throw new ConfigError(`it is not known to which registry ${runtime} goes with the worker in it`, {
    hint: 'set docker_server and docker_user (or docker_namespace) to a registry that you may write to, or runtime to an image in one',
  });
}

/** Names of accounts that are tokens or addresses are no folders. */
function isFolder(user: string): boolean {
  return /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(user);
}

function imageName(runtime: string): ImageReference {
  const reference = parseImageReference(runtime);
  if (reference !== undefined) return reference;
  throw new ConfigError(`runtime '${runtime}' is no name of an image in a registry`, {
    hint: "set runtime to one like 'node:24-slim' or 'registry.example.com/team/image:1'",
  });
}

/** As names of images have it: `https://index.docker.io/v1/` is docker.io. */
function serverName(server: string): string {
  const host = server.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  return /^(?:index\.|registry-1\.)?docker\.io(?:\/v\d)?$/.test(host) ? 'docker.io' : host;
}
