import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type RuntimePlaceRequest, runtimePlace } from '../src/index.ts';
import { rejection, useDockerConfig } from './registry.ts';

const dockerConfig = useDockerConfig();
beforeEach(() => dockerConfig.write({}));
afterAll(() => dockerConfig[Symbol.dispose]());

describe('a runtime of a configuration', () => {
  const ours = { dockerServer: 'ghcr.io', dockerUser: 'me' };
  it.each<[RuntimePlaceRequest, string, string]>([
    [{ ...ours }, 'node:24-slim', 'ghcr.io/me/lithops-node'],
    [{ ...ours, dockerNamespace: 'team' }, 'node:24-slim', 'ghcr.io/team/lithops-node'],
    [{ ...ours, runtime: 'team/image:1' }, 'ghcr.io/team/image:1', 'ghcr.io/team/image'],
    [{ ...ours, runtime: 'ghcr.io/team/image:1' }, 'ghcr.io/team/image:1', 'ghcr.io/team/image'],
    [{ ...ours, runtime: 'quay.io/team/image:1' }, 'quay.io/team/image:1', 'ghcr.io/me/lithops-image'],
    [{ ...ours, runtime: 'docker.io/team/image:1' }, 'docker.io/team/image:1', 'ghcr.io/me/lithops-image'],
    [{ runtime: 'quay.io/team/image:1' }, 'quay.io/team/image:1', 'quay.io/team/image'],
    [{ runtime: 'me/image' }, 'me/image', 'docker.io/me/image'],
    [{ dockerUser: 'me' }, 'node:24-slim', 'docker.io/me/lithops-node'],
    [
      { dockerServer: 'https://index.docker.io/v1/', dockerUser: 'me', runtime: 'me/image' },
      'me/image',
      'docker.io/me/image',
    ],
    [{ dockerServer: '127.0.0.1:5000' }, 'node:24-slim', '127.0.0.1:5000/lithops-node'],
    [{ dockerServer: 'x.azurecr.io', dockerUser: '0-0@x.com' }, 'node:24-slim', 'x.azurecr.io/lithops-node'],
  ])('%j is %s, and goes to %s', async (request, image, repository) => {
    expect(await runtimePlace(request)).toEqual({ image, repository });
  });

  it('goes into the folder of who has logged in to Docker Hub; else it is asked for', async () => {
    expect((await rejection(runtimePlace({}))).message).toMatch(
      /not known to which registry node:24-slim goes.*docker_server and docker_user/s,
    );
    dockerConfig.write({ auths: { 'https://index.docker.io/v1/': { username: 'me', password: 'x' } } });
    expect(await runtimePlace({})).toEqual({ image: 'node:24-slim', repository: 'docker.io/me/lithops-node' });
    expect((await rejection(runtimePlace({ runtime: './node' }))).message).toMatch(
      /runtime '\.\/node' is no name of an image/,
    );
  });
});
