import { execFileSync } from 'node:child_process';
import { ConfigError, InvocationError, RuntimeNotFoundError } from '@lithops/core';
import { startFaultyHttpProxy } from '@lithops-tools/services';
import { afterAll, describe, expect, it } from 'vitest';
import type { ImageConfig, ImageIndex, ImageManifest } from '../src/image/image-documents.ts';
import { DOCKER_MANIFEST, OCI_INDEX } from '../src/image/image-documents.ts';
import { publishRuntimeImage, type RuntimeImageRequest } from '../src/index.ts';
import { NODE_24, putBase, putIndex } from './base-images.ts';
import { rejection, startTestRegistry, useDockerConfig } from './registry.ts';

const dockerConfig = useDockerConfig();
dockerConfig.write({});
const test = await startTestRegistry();
const bases = await test.repository('team/base');
await putBase(bases, '1');
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  dockerConfig[Symbol.dispose]();
});

const publish = (request: Partial<RuntimeImageRequest> = {}) =>
  publishRuntimeImage({
    image: `${test.server}/team/base:1`,
    repository: `${test.server}/team/runs`,
    login: test.login,
    ...request,
  });
const refused = (request: Partial<RuntimeImageRequest>) => rejection(publish(request));

/** The documents of an image in the registry. */
async function read(
  name: string,
  reference: string,
): Promise<{ manifest: ImageManifest; config: ImageConfig; mediaType: string }> {
  const repository = await test.repository(name);
  const { bytes, mediaType } = await repository.manifest(reference);
  const manifest: ImageManifest = JSON.parse(bytes.toString());
  return { manifest, mediaType, config: JSON.parse((await repository.document(manifest.config)).toString()) };
}

describe('the worker on top of an image in a registry', () => {
  it('starts as the HTTP worker and never as root, and keeps what the image is', async () => {
    const kept = { Env: ['PATH=/opt/bin:/bin', 'MODEL=large'], WorkingDir: '/srv', Labels: { maintainer: 'me' } };
    const replaced = { User: 'root', Entrypoint: ['/bin/server'], Cmd: ['serve'], Healthcheck: { Test: ['CMD', 'x'] } };
    await putBase(bases, 'rich', { config: { ...kept, ...replaced }, layers: [{ 'opt/bin/node': NODE_24 }] });
    const image = await publish({ image: `${test.server}/team/base:rich` });
    const { manifest, config } = await read('team/runs', image.digest);
    expect(config.config).toEqual({
      ...kept,
      Env: [
        'PATH=/opt/bin:/bin:/usr/local/bin:/usr/bin:/nodejs/bin:/opt/nodejs/bin:/usr/local/node/bin',
        'MODEL=large',
        'HOME=/tmp',
      ],
      Labels: { maintainer: 'me', 'lithops.worker': manifest.layers.at(-1)?.digest },
      User: '65534:65534',
      Entrypoint: ['node', '/lithops/worker.mjs'],
      Cmd: ['--http'],
      ExposedPorts: { '8080/tcp': {} },
    });
    expect(config.rootfs.diff_ids).toHaveLength(manifest.layers.length);
    await putBase(bases, 'user', { config: { User: 'node', Env: ['HOME=/home/node'] } });
    const own = await publish({ image: `${test.server}/team/base:user` });
    expect((await read('team/runs', own.digest)).config.config).toMatchObject({
      User: 'node',
      Env: expect.arrayContaining(['HOME=/home/node']),
    });
  });

  it('has the same tag and digest whoever makes it, and is not sent again', async () => {
    await using proxied = await test.through(() => undefined);
    const through = {
      image: `${proxied.server}/team/base:1`,
      repository: `${proxied.server}/team/again`,
      login: proxied.login,
    };
    const first = await publish(through);
    expect(first).toMatchObject({ pushed: true, name: expect.stringMatching(/\/team\/again:lithops-[0-9a-f]{20}$/) });
    expect(first.reference).toBe(`${proxied.server}/team/again@${first.digest}`);
    const before = proxied.requests.length;
    expect(await publish(through)).toEqual({ ...first, pushed: false });
    expect(proxied.requests.slice(before).filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual([]);
    // Nor are manifests fetched again, which Docker Hub counts.
    expect(proxied.requests.slice(before).filter(({ method }) => method === 'GET')).toEqual([]);
    // Another machine has another time zone, umask and day.
    const program = `
      const { workerLayer } = await import(${JSON.stringify(new URL('../src/worker/worker-layer.ts', import.meta.url).href)});
      process.umask(0o077);
      console.log((await workerLayer()).digest);`;
    const elsewhere = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      env: { TZ: 'Asia/Tokyo' },
    });
    expect((await read('team/again', first.digest)).manifest.layers.at(-1)?.digest).toBe(elsewhere.trim());
  });

  it('has further tags where they are asked for, which move', async () => {
    const one = await publish({ tags: ['stable'] });
    const runs = await test.repository('team/runs');
    expect(await runs.digestOfTag('stable')).toBe(one.digest);
    await putBase(bases, 'other', { config: { Env: ['OTHER=1'] } });
    const other = await publish({ image: `${test.server}/team/base:other`, tags: ['stable'] });
    expect(await runs.digestOfTag('stable')).toBe(other.digest);
    expect(await runs.digestOfTag(one.name.split(':').at(-1) ?? '')).toBe(one.digest);
  });

  it('is taken as it is where it is this worker', async () => {
    const one = await publish({ tags: ['ready'] });
    const again = await publish({ image: `${test.server}/team/runs:ready`, repository: `${test.server}/team/nowhere` });
    expect(again).toEqual({
      name: `${test.server}/team/runs:ready`,
      digest: one.digest,
      reference: one.reference,
      pushed: false,
    });
  });

  it('is of the kind that the image is, Docker or OCI', async () => {
    await putBase(bases, 'docker', { kind: 'docker' });
    const image = await publish({ image: `${test.server}/team/base:docker` });
    const { mediaType, manifest } = await read('team/runs', image.digest);
    expect(mediaType).toBe(DOCKER_MANIFEST);
    expect(new Set(manifest.layers.map((layer) => layer.mediaType)).size).toBe(1);
  });

  it('sends nothing but the worker within a registry, and layers from one to another', async () => {
    await using proxied = await test.through(() => undefined);
    const ballast = { ballast: new Uint8Array(3e6).map((_, i) => (i * 7919) % 251) };
    await putBase(await test.repository('team/heavy'), '1', ballast);
    await publish({
      image: `${proxied.server}/team/heavy:1`,
      repository: `${proxied.server}/deep/er/runs`,
      login: proxied.login,
    });
    const sent = proxied.requests
      .filter(({ method }) => method === 'PATCH')
      .map(({ headers }) => Number(headers['content-length']));
    expect(sent).toHaveLength(2);
    expect(Math.max(...sent)).toBeLessThan(1e6);
    await using second = await startTestRegistry();
    dockerConfig.write({
      auths: { [second.server]: { username: second.registry.user, password: second.registry.password } },
    });
    const lines: string[] = [];
    const image = await publish({
      image: `${test.server}/team/heavy:1`,
      repository: `${second.server}/copy`,
      onOutput: (line) => lines.push(line),
    });
    dockerConfig.write({});
    const copied = await second.repository('copy');
    const layers: ImageManifest = JSON.parse((await copied.manifest(image.digest)).bytes.toString());
    for (const layer of layers.layers) expect((await copied.document(layer)).byteLength).toBe(layer.size);
    expect(lines.at(-1)).toBe(`${image.name} is in its registry\n`);
  });
});

describe('an image for several platforms', () => {
  it('gives the one that is asked for, or several as one', async () => {
    const amd64 = await putBase(bases, 'amd64');
    const arm64 = await putBase(bases, 'arm64', { architecture: 'arm64' });
    const unknown = { ...amd64, platform: { os: 'unknown', architecture: 'unknown' } };
    await putIndex(bases, 'both', [unknown, arm64, amd64]);
    const image = `${test.server}/team/base:both`;
    const one = await publish({ image, platforms: ['linux/arm64'] });
    expect((await read('team/runs', one.digest)).config.architecture).toBe('arm64');
    const both = await publish({ image, platforms: ['linux/amd64', 'linux/arm64'] });
    const runs = await test.repository('team/runs');
    const { bytes, mediaType } = await runs.manifest(both.digest);
    expect(mediaType).toBe(OCI_INDEX);
    const index: ImageIndex = JSON.parse(bytes.toString());
    expect(index.manifests.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'arm64']);
    expect(index.manifests[1]?.digest).toBe(one.digest);
    expect(await publish({ image, platforms: ['linux/amd64', 'linux/arm64'] })).toEqual({ ...both, pushed: false });
    const error = await refused({ image, platforms: ['linux/s390x'] });
    expect(error).toBeInstanceOf(RuntimeNotFoundError);
    expect(error.message).toMatch(
      /is not made for linux\/s390x, but for linux\/arm64, linux\/amd64.*docker build --platform linux\/s390x/s,
    );
    expect((await refused({ image: `${test.server}/team/base:arm64` })).message).toMatch(
      /is not made for linux\/amd64, but for linux\/arm64/,
    );
  });
});

describe('what goes wrong on the way', () => {
  it('is tried again where that may help, and sends the same', async () => {
    const broken = new Set<string>();
    await using proxied = await test.through(({ method, path }) => {
      const what = `${method} ${path.replace(/uploads\/.*/, 'uploads').replace(/sha256:.*|lithops-.*/, '')}`;
      if (broken.has(what)) return undefined;
      broken.add(what);
      if (method === 'PATCH') return { kind: 'drop' };
      if (method === 'PUT') return { kind: 'drop-answer' };
      return method === 'GET' && path.includes('/blobs/')
        ? { kind: 'cut', bytes: 10 }
        : { kind: 'answer', status: 503 };
    });
    const image = await publish({
      image: `${proxied.server}/team/base:1`,
      repository: `${proxied.server}/team/broken`,
      login: proxied.login,
    });
    expect(image.digest).toBe((await publish()).digest);
    expect(broken.size).toBeGreaterThan(5);
  }, 60_000);

  it('ends with the signal, and leaves no tag', async () => {
    const stopping = new AbortController();
    await using proxied = await test.through(({ method }) => {
      if (method !== 'PATCH') return undefined;
      stopping.abort(new Error('enough'));
      return { kind: 'delay', ms: 50 };
    });
    const stopped = {
      image: `${proxied.server}/team/base:1`,
      repository: `${proxied.server}/team/stopped`,
      login: proxied.login,
    };
    expect((await refused({ ...stopped, signal: stopping.signal })).message).toBe('enough');
    const name = (await publish()).name.split(':').at(-1) ?? '';
    expect(await (await test.repository('team/stopped')).digestOfTag(name)).toBeUndefined();
  });

  it('is told with what to do: nobody there, no login, a wrong one, no such image, no registry', async () => {
    const nobody = await refused({ image: '127.0.0.1:9/team/base:1' });
    expect(nobody).toBeInstanceOf(InvocationError);
    expect(nobody.message).toMatch(
      /image 127\.0\.0\.1:9\/team\/base:1 could not be read: no registry answers at 127\.0\.0\.1:9, ECONNREFUSED/,
    );
    const anonymous = await refused({ login: {} });
    expect(anonymous).toBeInstanceOf(ConfigError);
    expect(anonymous.message).toMatch(
      new RegExp(`there are no credentials for ${test.server}: \`docker login ${test.server}\``),
    );
    const wrong = await refused({ login: { ...test.login, dockerPassword: 'wrong-password' } });
    expect(wrong.message).toMatch(/the credentials for .* were not accepted/);
    expect(JSON.stringify([wrong.message, wrong.stack, String(wrong.cause)])).not.toContain('wrong-password');
    const missing = await refused({ image: `${test.server}/team/base:none` });
    expect(missing).toBeInstanceOf(RuntimeNotFoundError);
    expect(missing.message).toMatch(/has no such image.*lithops runtime build/s);
    await using website = await startFaultyHttpProxy(9, () => ({
      kind: 'answer',
      status: 200,
      body: '<html>hello</html>',
    }));
    expect((await refused({ image: `127.0.0.1:${website.port}/a/b:1` })).message).toMatch(
      /could not be read.*is no registry/s,
    );
    await using target = await startTestRegistry();
    const denied = await refused({ repository: `${target.server}/copy` });
    expect(denied.message).toMatch(/with the worker could not be put into .*there are no credentials for/s);
    expect((await refused({ image: './node' })).message).toMatch(/'\.\/node' is no name of an image/);
  });
});
