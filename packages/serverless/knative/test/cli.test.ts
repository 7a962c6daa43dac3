import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cleanBackend } from '@lithops/core';
import { afterAll, describe, expect, it } from 'vitest';
import { Cluster } from '../src/cluster/cluster.ts';
import { loadKubeConfig } from '../src/cluster/load-kube-config.ts';
import type { KnativeConfig } from '../src/index.ts';
import { startTestCluster } from './cluster.ts';

const test = await startTestCluster({ users: [{ name: 'nobody', rules: [] }] });
const folder = mkdtempSync(join(tmpdir(), 'lithops-knative-cli-'));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await test[Symbol.asyncDispose]();
});

const main = new URL('../../../kernel/lithops/src/cli/main.ts', import.meta.url).href;
const { signal } = new AbortController();
const api = new Cluster(loadKubeConfig(test.section()));

function configFile(name: string, knative: KnativeConfig): string {
  const file = join(folder, name);
  const storage = { storageRoot: join(folder, 'storage') };
  writeFileSync(file, JSON.stringify({ lithops: { backend: 'knative' }, knative, localhost: storage }));
  return file;
}

const usual = configFile('usual.json', { ...test.section({ maxWorkers: 2 }), dockerHost: test.engine.host });

/** The command in a process of its own, while the cluster goes on in this one. */
async function lithops(...args: string[]): Promise<{
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}> {
  const program = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv);`;
  const withConfig = args.includes('-c') ? args : [...args, '-c', usual];
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, 'lithops', ...withConfig], {
    // The package finds itself from its own folder, as it is found from an application's.
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

describe('lithops', { timeout: 300_000 }, () => {
  it('runtime builds, deploys, lists and deletes; clean leaves nothing of ours', async () => {
    const name = `${test.registry.server}/team/built:1`;
    const dockerfile = join(folder, 'Dockerfile');
    writeFileSync(dockerfile, `FROM ${test.nodeImage}\nENV MADE=here\n`);
    const built = await lithops('runtime', 'build', name, '-f', dockerfile, '--json');
    expect(built).toMatchObject({ code: 0, stderr: expect.stringContaining('ENV MADE=here') });
    expect(JSON.parse(built.stdout)).toMatchObject({ backend: 'knative', name, built: true });
    const deployed = await lithops('runtime', 'deploy', name, '-m', '192', '--json');
    expect(deployed).toMatchObject({ code: 0, stderr: expect.stringContaining('deploying Knative service') });
    expect(JSON.parse(deployed.stdout)).toMatchObject({ name, memory: 192, nodeVersion: process.versions.node });
    const listed = JSON.parse((await lithops('runtime', 'list', '--json')).stdout);
    expect(listed).toEqual([{ name, memory: 192, timeout: 600 }]);
    await using fexec = test.executor({ runtime: name, maxWorkers: 1 });
    expect(await fexec.callAsync((_: number) => process.env['MADE'], 0).result()).toBe('here');
    expect(await lithops('runtime', 'delete', name, '-m', '192')).toMatchObject({
      code: 0,
      stdout: `deleted ${name}\n`,
    });

    expect(await cleanBackend({ configFile: usual }, { scope: 'runtimes', signal })).toEqual({
      deleted: [expect.stringMatching(/^service lithops-worker-[0-9a-f]{12}$/)],
    });
    expect(await api.listServices('')).toEqual([]);
    expect(await api.findSecret('lithops-worker-token')).toBeDefined();
    const cleaned = await lithops('clean', '--all', '--yes', '--json');
    expect(cleaned).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(cleaned.stdout)).toMatchObject({
      backend: 'knative',
      deleted: [expect.stringMatching(/^secret lithops-registry-/), 'secret lithops-worker-token'],
    });
    expect(await api.listSecretNames('')).toEqual([]);
  });

  it('says what is refused', async () => {
    const several = configFile('several.json', {
      ...test.section({ platforms: ['linux/amd64', 'linux/arm64'] }),
      dockerHost: test.engine.host,
    });
    const dockerfile = join(folder, 'Dockerfile.several');
    writeFileSync(dockerfile, `FROM ${test.nodeImage}\n`);
    const name = `${test.registry.server}/team/several:1`;
    expect(await lithops('runtime', 'build', name, '-f', dockerfile, '-c', several)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/one platform at a time, not for linux\/amd64, linux\/arm64.*docker buildx build/s),
    });
    const forbidden = configFile('forbidden.json', test.section({}, 'nobody'));
    expect(await lithops('clean', '--yes', '-c', forbidden)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/User "nobody" cannot list .*403.*docs\/backends\/knative\.md/s),
    });
  });
});
