import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, InvocationError, RuntimeNotFoundError } from '@lithops/core';
import { buildImage, buildNodeImage, docker, startDockerEngine } from '@lithops-tools/services';
import { afterAll, describe, expect, it } from 'vitest';
import { buildRuntimeImage, Engine, type RuntimeBuildRequest } from '../src/engine/index.ts';
import { buildNamedImage, deployableImage } from '../src/index.ts';
import { rejection, startTestRegistry, storedLogin, useDockerConfig } from './registry.ts';

const LOCAL = `lithops-test/local-${process.pid}`;
const dockerConfig = useDockerConfig();
const test = await startTestRegistry();
dockerConfig.write(storedLogin(test));
const shared = await startDockerEngine();
const folder = mkdtempSync(join(tmpdir(), 'lithops-build-'));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  // The engine outlives the test.
  for (const made of [`${test.server}/*/*`, LOCAL])
    for (const id of new Set((await cli('images', '-q', made)).split('\n'))) if (id !== '') await cli('rmi', '-f', id);
  await shared[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
  dockerConfig[Symbol.dispose]();
});
const node = await buildNodeImage(shared);
const engine = new Engine({ host: shared.host, source: 'the test' });
const cli = (...args: string[]) => docker(shared, args);
const repository = `${test.server}/team/built`;
const ask = (image: string, expression: string) =>
  cli('run', '--rm', '--network=none', '--entrypoint', 'node', image, '-p', expression);

/** A folder with a Dockerfile and files. */
function context(
  name: string,
  dockerfile: string,
  files: Readonly<Record<string, string>> = {},
): { readonly file: string } {
  mkdirSync(join(folder, name), { recursive: true });
  for (const [path, content] of Object.entries({ Dockerfile: dockerfile, ...files }))
    writeFileSync(join(folder, name, path), content, { mode: 0o755 });
  return { file: join(folder, name, 'Dockerfile') };
}

const build = (request: Partial<RuntimeBuildRequest> & Pick<RuntimeBuildRequest, 'from'>) =>
  buildRuntimeImage(engine, { repository, ...request });

describe('a Dockerfile', { timeout: 180_000 }, () => {
  const text = `FROM ${node}\nENV GREETING="a $ and \\" and \\\\ here"\nCOPY . /data/\nENTRYPOINT ["/nothing"]\nHEALTHCHECK CMD ["x"]\n`;

  it('is built and pushed with the worker on top, once for equal inputs', async () => {
    const from = context('one', text, { 'data.txt': 'some', '.dockerignore': 'unused' });
    const lines: string[] = [];
    const first = await build({ from, tags: ['1'], onOutput: (line) => lines.push(line) });
    expect(first.pushed).toBe(true);
    expect(lines.join('')).toMatch(/COPY \. \/data\//);
    writeFileSync(join(folder, 'one', 'unused'), 'is not sent');
    expect(await build({ from })).toEqual({ ...first, pushed: false });
    expect(await (await test.repository('team/built')).digestOfTag('1')).toBe(first.digest);
    // From its registry, as a cluster gets it.
    await cli('rmi', '-f', first.name);
    await cli('pull', first.reference);
    expect(
      await ask(first.reference, '[process.getuid(), process.env.GREETING, fs.readdirSync("/data").sort()].join()'),
    ).toBe('65534,a $ and " and \\ here,.dockerignore,Dockerfile,data.txt');
    expect(JSON.parse(await cli('image', 'inspect', '-f', '{{json .Config}}', first.reference))).toMatchObject({
      Entrypoint: ['node', '/lithops/worker.mjs'],
      Cmd: ['--http'],
      Healthcheck: { Test: ['NONE'] },
    });
    writeFileSync(join(folder, 'one', 'data.txt'), 'other');
    const other = await build({ from });
    expect(other.name).not.toBe(first.name);
    expect(await ask(other.name, 'fs.readFileSync("/data/data.txt", "utf8")')).toBe('other');
  });

  it('may stay in the engine, for clusters that share it', async () => {
    const local = {
      from: context('local', `FROM ${node}\nUSER 1234\n`),
      repository: LOCAL,
      destination: 'engine',
    } as const;
    const image = await build({ ...local, tags: ['mine'] });
    expect(image.reference).toBe(image.name);
    expect(await ask(`${LOCAL}:mine`, 'process.getuid()')).toBe('1234');
    expect(await build(local)).toMatchObject({ name: image.name, pushed: false });
    expect(await cli('images', '-q', `${image.name}-base`)).toBe('');
    expect(await build({ ...local, from: { image: node } })).toMatchObject({ pushed: true });
  });

  it('that fails is told with its last lines, one that is not there by its path', async () => {
    const failing = await rejection(
      build({ from: context('failing', `FROM ${node}\nRUN echo no such thing >&2; exit 7\n`) }),
    );
    expect(failing).toBeInstanceOf(InvocationError);
    expect(failing.message).toMatch(/was not built after '.*RUN echo.*no such thing.*returned a non-zero code: 7/s);
    const missing = await rejection(build({ from: { file: '/nowhere/Dockerfile' } }));
    expect(missing).toBeInstanceOf(ConfigError);
    expect(missing.message).toMatch(/there is no Dockerfile \/nowhere\/Dockerfile/);
  });

  it('without a Node that will do is refused before anything is pushed', async () => {
    await buildImage(shared, 'lithops-test/no-node:1', { node: false });
    const none = await rejection(build({ from: context('none', 'FROM lithops-test/no-node:1\nENV X=1\n') }));
    expect(none).toBeInstanceOf(RuntimeNotFoundError);
    expect(none.message).toMatch(/has no Node: looked in.*FROM node:24-slim/s);
    const files = { node: '#!/bin/sh\necho v18.20.1\n' };
    const from = context('old', 'FROM lithops-test/no-node:1\nCOPY node /bin/node\n', files);
    const old = await rejection(build({ from, repository: `${test.server}/team/old`, tags: ['1'] }));
    expect(old.message).toMatch(/team\/old has Node 18\.20\.1; tasks need 22\.12/);
    expect(await (await test.repository('team/old')).digestOfTag('1')).toBeUndefined();
    expect(await cli('images', '-q', `${test.server}/team/old`)).toBe('');
  });

  it('is not pushed by who may not, or where nobody is; the password is not told', async () => {
    const from = context('denied', `FROM ${node}\nENV DENIED=1\n`);
    const login = { dockerServer: test.server, dockerUser: 'tester', dockerPassword: 'wrong-password' };
    const wrong = await rejection(build({ from, login }));
    expect(wrong).toBeInstanceOf(ConfigError);
    expect(wrong.message).toMatch(/credentials for .* were not accepted/);
    expect(`${wrong.message}${wrong.stack}`).not.toContain('wrong-password');
    expect((await rejection(build({ from, repository: '127.0.0.1:9/team/x' }))).message).toMatch(
      /no registry answers at 127\.0\.0\.1:9/,
    );
    const nowhere = new Engine({ host: 'unix:///nowhere/docker.sock', source: 'the test' });
    expect((await rejection(buildRuntimeImage(nowhere, { from, repository }))).message).toMatch(
      /no Docker engine answers/,
    );
  });

  it('is what `lithops runtime build NAME -f` builds; NAME is deployed as it is', async () => {
    const { registry, server } = test;
    const config = {
      dockerServer: server,
      dockerUser: registry.user,
      dockerPassword: registry.password,
      dockerHost: shared.host,
    };
    const two = { ...config, platforms: ['linux/amd64', 'linux/arm64'] };
    const several = await rejection(buildNamedImage('team/named:2', two, { file: 'Dockerfile' }));
    expect(several.message).toMatch(/Dockerfile can be built for one platform at a time.*docker buildx/s);
    const built = await buildNamedImage('team/named:2', config, { ...context('named', `FROM ${node}\nENV NAMED=2\n`) });
    expect(built.name).toMatch(new RegExp(`^${server}/team/named:lithops-`));
    expect(await deployableImage('team/named:2', config, {})).toEqual({
      ...built,
      name: `${server}/team/named:2`,
      pushed: false,
    });
  });
});
