import { afterAll, describe, expect, it } from 'vitest';
import { readBaseImage } from '../src/image/base-image.ts';
import { findNode } from '../src/image/find-node.ts';
import { publishRuntimeImage } from '../src/index.ts';
import { type BaseRecipe, NODE_24, putBase } from './base-images.ts';
import { rejection, startTestRegistry, useDockerConfig } from './registry.ts';

const dockerConfig = useDockerConfig();
const test = await startTestRegistry();
const repository = await test.repository('team/nodes');
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  dockerConfig[Symbol.dispose]();
});

const NODE_18 = NODE_24.replaceAll('24.1.0', '18.20.1');
let images = 0;

async function found(recipe: BaseRecipe): Promise<{ readonly node: unknown; readonly looked: boolean }> {
  const tag = `n${++images}`;
  await putBase(repository, tag, recipe);
  const base = await readBaseImage(repository, tag, await repository.manifest(tag), 'linux/amd64');
  let looked = false;
  const node = await findNode(base, () => {
    looked = true;
  });
  return { node, looked };
}

describe('Node in an image', () => {
  it.each<[string, BaseRecipe, unknown]>([
    ['in the PATH of the image', { config: { Env: ['PATH=/opt/x'] }, layers: [{ 'opt/x/node': NODE_24 }] }, '24.1.0'],
    [
      'behind links, below other layers',
      { layers: [{ 'opt/n/node': NODE_24 }, { 'usr/bin/node': '-> ../../opt/n/node' }, { x: '' }] },
      '24.1.0',
    ],
    ['where distroless images have it', { layers: [{ 'nodejs/bin/node': NODE_24 }] }, '24.1.0'],
    [
      'the first of the PATH, not an older one of an upper layer',
      { layers: [{ 'usr/local/bin/node': NODE_24 }, { 'usr/bin/node': NODE_18 }] },
      '24.1.0',
    ],
    ['a newer one in an upper layer', { layers: [{ 'usr/bin/node': NODE_18 }, { 'usr/bin/node': NODE_24 }] }, '24.1.0'],
    ['built by a distribution', { layers: [{ 'usr/bin/node': `${'x'.repeat(70_000)}\0v22.19.0\0` }] }, '22.19.0'],
    ['in a folder that is not understood', { layers: [{ 'srv/tools/node': NODE_24 }] }, '24.1.0'],
  ])('is found %s', async (_, recipe, version) => {
    expect(await found(recipe)).toEqual({ node: { version }, looked: true });
  });

  it('is not looked for where the image tells its version', async () => {
    expect(await found({ config: { Env: ['NODE_VERSION=24.3.1'] }, layers: [{ x: '' }] })).toEqual({
      node: { version: '24.3.1' },
      looked: false,
    });
  });

  it('that does not tell its version is taken', async () => {
    expect((await found({ layers: [{ 'usr/bin/node': '#!/bin/sh\nexec /opt/node "$@"' }] })).node).toBe('unknown');
  });

  it('that is missing, was deleted, or is old refuses the image before anything is sent', async () => {
    expect((await found({ layers: [{ 'usr/bin/sh': NODE_24 }] })).node).toBe('none');
    expect((await found({ layers: [{ 'usr/bin/node': NODE_24 }, { 'usr/bin/.wh.node': '' }] })).node).toBe('none');
    const publish = (tag: string) =>
      publishRuntimeImage({
        image: `${test.server}/team/nodes:${tag}`,
        repository: `${test.server}/team/refused`,
        login: test.login,
      });
    expect((await rejection(publish(`n${images}`))).message).toMatch(
      /team\/nodes:n\d+ has no Node: looked in .*FROM node:24-slim/s,
    );
    await putBase(repository, 'old', { layers: [{ 'usr/bin/node': NODE_18 }] });
    expect((await rejection(publish('old'))).message).toMatch(
      /has Node 18\.20\.1; tasks need 22\.12 or later.*FROM node:24-slim/s,
    );
    await putBase(repository, 'says-old', { config: { Env: ['NODE_VERSION=20.1.0'] } });
    expect((await rejection(publish('says-old'))).message).toMatch(/has Node 20\.1\.0/);
  });
});
