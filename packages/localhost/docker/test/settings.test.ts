import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isImageName, parseImageReference } from '@lithops/core/plugin';
import { AttachedOutput, memoryBytes, parseVolume } from '@lithops/kit-images/container';
import { findEngine } from '@lithops/kit-images/engine';
import { describe, expect, it } from 'vitest';
import { containerPlan } from '../src/container-plan.ts';

describe('names of images', () => {
  it.each([
    ['node', 'docker.io', 'library/node'],
    ['node:24-slim', 'docker.io', 'library/node'],
    ['my/image:tag', 'docker.io', 'my/image'],
    ['localhost/image', 'localhost', 'image'],
    ['localhost:5000/a/b:1', 'localhost:5000', 'a/b'],
    [`ghcr.io/org/app@sha256:${'a'.repeat(64)}`, 'ghcr.io', 'org/app'],
    ['[::1]:5000/app', '[::1]:5000', 'app'],
    ['a__b/c--d.e', 'docker.io', 'a__b/c--d.e'],
  ])('%s', (name, registry, repository) => {
    expect(parseImageReference(name)).toMatchObject({ registry, repository });
  });

  it.each([
    '',
    'Node',
    'a//b',
    '/usr/bin/node',
    './node',
    '../node',
    'a b',
    'a:',
    ':tag',
    '-a',
    'a-',
    'a..b',
    'a/B',
    'C:\\node.exe',
    `a:${'x'.repeat(129)}`,
  ])('not %j', (text) => expect(isImageName(text)).toBe(false));
});

it('processes are spread over containers as asked', () => {
  const plan = (config: object, cpus = 4) => Object.values(containerPlan(config, cpus));
  expect(plan({})).toEqual([4, 4]);
  expect(plan({ cpus: 1.5 })).toEqual([2, 2]);
  expect(plan({ workerProcesses: 2 })).toEqual([2, 2]);
  expect(plan({ maxWorkers: 6, workerProcesses: 2 })).toEqual([6, 2]);
  expect(plan({ maxWorkers: 1, workerProcesses: 2 })).toEqual([1, 1]);
});

it('sizes of memory are those of Docker, and numbers are MB', () => {
  expect(['1g', '512m', '1.5G', '100', '64mb', 64].map(memoryBytes)).toEqual([
    2 ** 30,
    2 ** 29,
    1.5 * 2 ** 30,
    100,
    64 * 2 ** 20,
    64 * 2 ** 20,
  ]);
  expect(['much', '', '-1g', '1x', 0].map(memoryBytes)).toEqual(Array(5).fill(undefined));
});

it('volumes are folders or names', () => {
  expect(parseVolume('/a:/b:ro')).toEqual({ Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true });
  expect(parseVolume('models:/models')).toMatchObject({ Type: 'volume', Source: 'models' });
  for (const text of ['/a', ':/b', '/a:b', '/a:/', '/a:/b:rx', '-x:/b', 'a b:/c'])
    expect(parseVolume(text)).toBeUndefined();
});

describe('the engine', () => {
  it('is the one that docker would use', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lithops-contexts-'));
    try {
      const id = createHash('sha256').update('remote').digest('hex');
      mkdirSync(join(folder, 'contexts', 'meta', id), { recursive: true });
      mkdirSync(join(folder, 'contexts', 'tls', id, 'docker'), { recursive: true });
      writeFileSync(
        join(folder, 'contexts', 'meta', id, 'meta.json'),
        JSON.stringify({ Name: 'remote', Endpoints: { docker: { Host: 'tcp://10.0.0.1:2376' } } }),
      );
      writeFileSync(join(folder, 'config.json'), JSON.stringify({ currentContext: 'remote' }));
      const env = { DOCKER_CONFIG: folder };
      expect(findEngine(undefined, env)).toEqual({
        host: 'tcp://10.0.0.1:2376',
        certificates: join(folder, 'contexts', 'tls', id, 'docker'),
        source: "Docker context 'remote'",
      });
      expect(findEngine(undefined, { ...env, DOCKER_HOST: 'unix:///run/other.sock' }).host).toBe(
        'unix:///run/other.sock',
      );
      expect(findEngine(undefined, { ...env, DOCKER_HOST: '10.0.0.2:2375' }).host).toBe('tcp://10.0.0.2:2375');
      expect(findEngine('unix:///mine.sock', env).host).toBe('unix:///mine.sock');
      expect(findEngine(undefined, { ...env, DOCKER_CONTEXT: 'default' }).source).toMatch(/usual/);
      expect(() => findEngine(undefined, { ...env, DOCKER_CONTEXT: 'none' })).toThrow(
        "there is no Docker context 'none'",
      );
      writeFileSync(join(folder, 'config.json'), 'no json');
      expect(() => findEngine(undefined, env)).toThrow(/config\.json is no JSON/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

it('stdout is taken apart from stderr, wherever the pieces of the stream end', () => {
  const piece = (stream: number, text: string) => {
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const whole = Buffer.concat([piece(1, 'out'), piece(2, 'err'), piece(1, ''), piece(1, 'put'), piece(2, 'or')]);
  for (let size = 1; size <= whole.length; size++) {
    let [stdout, stderr] = ['', ''];
    const output = new AttachedOutput(
      (piece) => {
        stdout += piece.toString();
      },
      (piece) => {
        stderr += piece.toString();
      },
    );
    for (let at = 0; at < whole.length; at += size) output.push(whole.subarray(at, at + size));
    expect([stdout, stderr]).toEqual(['output', 'error']);
  }
});
