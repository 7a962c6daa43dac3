import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ConfigError, RuntimeNotFoundError } from '@lithops/core';
import { registryCredentials } from '@lithops/kit-images';
import { docker, startDockerRegistry } from '@lithops-tools/services';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { rejection, startTestEngine } from './engine.ts';

const test = await startTestEngine();
const registry = await startDockerRegistry();
const folder = mkdtempSync(join(tmpdir(), 'lithops-docker-config-'));
const image = `${registry.server}/team/node:1`;
const saved = { DOCKER_CONFIG: process.env['DOCKER_CONFIG'], PATH: process.env['PATH'] };
process.env['DOCKER_CONFIG'] = folder;
process.env['PATH'] = `${folder}${delimiter}${saved.PATH ?? ''}`;
afterAll(async () => {
  Object.assign(process.env, saved);
  if (saved.DOCKER_CONFIG === undefined) delete process.env['DOCKER_CONFIG'];
  rmSync(folder, { recursive: true });
  await registry[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
});

const auth = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64');
const configure = (content: unknown) => writeFileSync(join(folder, 'config.json'), JSON.stringify(content));
const loggedIn = { auths: { [registry.server]: { auth: auth(registry.user, registry.password) } } };

/** A credential helper as Docker runs them: the server comes in, the login goes out. */
function writeHelper(suffix: string, body: string): void {
  const file = join(folder, `docker-credential-${suffix}`);
  writeFileSync(file, `#!/bin/sh\nread -r server\n${body}\n`);
  chmodSync(file, 0o755);
}

describe('a private registry', { timeout: 120_000 }, () => {
  beforeEach(async () => {
    configure(loggedIn);
    await test.cli('tag', test.image, image);
    await docker(test.engine, ['push', image]);
    await test.cli('rmi', image);
  });

  const version = async (section: Readonly<Record<string, unknown>> = {}) => {
    await using executor = test.executor({ runtime: image, ...section });
    return await executor.callAsync(() => process.version, 0).result();
  };

  it('gives its image to who has logged in, in a file or by a helper, or says who he is in the configuration', async () => {
    expect(await version()).toBe(process.version);
    await test.cli('rmi', image);
    writeHelper(
      'test',
      `echo '{"ServerURL":"'$server'","Username":"${registry.user}","Secret":"${registry.password}"}'`,
    );
    configure({ credHelpers: { [registry.server]: 'test' } });
    expect(await version()).toBe(process.version);
    await test.cli('rmi', image);
    configure({});
    const { server, user, password } = registry;
    expect(await version({ dockerServer: server, dockerUser: user, dockerPassword: password })).toBe(process.version);
    await test.cli('rmi', image);
  });

  it('is asked for a newer image where the configuration says so', async () => {
    await test.cli('tag', test.image, image);
    configure({});
    // What is here would do; asking fails, for nobody has logged in.
    expect(await version()).toBe(process.version);
    expect((await rejection(version({ pullRuntime: true }))).message).toContain('could not be pulled');
    configure(loggedIn);
    expect(await version({ pullRuntime: true })).toBe(process.version);
    await test.cli('rmi', image);
  });

  it('refuses who has not logged in, wrong passwords and unknown names, each in words that help', async () => {
    configure({});
    const nobody = await rejection(version());
    expect(nobody).toBeInstanceOf(ConfigError);
    expect(nobody.message).toMatch(new RegExp(`if the image is private, \`docker login ${registry.server}\``));
    configure({ auths: { [registry.server]: { auth: auth(registry.user, 'wrong-password') } } });
    const wrong = await rejection(version());
    expect(wrong.message).toMatch(/stored credentials were not accepted/);
    expect(`${wrong.message}${String(wrong.stack)}`).not.toContain('wrong-password');
    configure(loggedIn);
    const unknown = await rejection(version({ runtime: `${registry.server}/team/nothing:1` }));
    expect(unknown).toBeInstanceOf(RuntimeNotFoundError);
    expect(unknown.message).toMatch(/correct runtime, or build it: lithops runtime build/);
  });

  it('is not asked when a helper fails, which is told without what it keeps', async () => {
    configure({ credsStore: 'missing' });
    expect((await rejection(version())).message).toMatch(/docker-credential-missing.*it is not installed/);
    writeHelper('broken', 'echo "the keychain is locked"; exit 1');
    configure({ credsStore: 'broken' });
    expect((await rejection(version())).message).toMatch(/docker-credential-broken.*the keychain is locked/);
  });
});

describe('credentials', () => {
  const hub = { registry: 'docker.io' };

  it('of Docker Hub have a name of their own', async () => {
    const stored = { auths: { 'https://index.docker.io/v1/': { auth: auth('me', 'a:b') } } };
    expect(await registryCredentials(hub, {}, stored)).toEqual({
      username: 'me',
      password: 'a:b',
      serveraddress: 'https://index.docker.io/v1/',
    });
    expect(await registryCredentials({ registry: 'example.com' }, {}, stored)).toBeUndefined();
  });

  it('may be tokens, and go to no other server than theirs', async () => {
    writeHelper('token', `echo '{"Username":"<token>","Secret":"t0ken"}'`);
    expect(await registryCredentials(hub, {}, { credsStore: 'token' })).toMatchObject({ identitytoken: 't0ken' });
    const configured = { dockerServer: 'example.com', dockerUser: 'me', dockerPassword: 'secret' };
    expect(await registryCredentials(hub, configured, {})).toBeUndefined();
    expect(await registryCredentials({ registry: 'example.com' }, configured, {})).toMatchObject({ username: 'me' });
  });

  it('that a helper does not have are none', async () => {
    writeHelper('empty', 'echo "credentials not found in native keychain"; exit 1');
    expect(await registryCredentials(hub, {}, { credsStore: 'empty' })).toBeUndefined();
  });
});
