import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@lithops/core/plugin';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadKubeConfig } from '../src/cluster/load-kube-config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lithops-kubeconfig-'));
  vi.stubEnv('HOME', folder);
  vi.stubEnv('KUBECONFIG', undefined);
  vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

interface Context {
  readonly name: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

/** YAML reads JSON. */
function write(name: string, contexts: readonly Context[], current?: string): string {
  const file = join(folder, name);
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `https://${name}.example.com` } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: contexts.map(({ name: context, cluster = 'c', user = 'u', namespace }) => ({
      name: context,
      context: { cluster, user, namespace },
    })),
    ...(current !== undefined && { 'current-context': current }),
  };
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe('the kubeconfig', () => {
  it('is that of the path, with the namespace of its context', () => {
    const kubecfgPath = write('one', [{ name: 'a', namespace: 'team' }, { name: 'b' }], 'a');
    const { kubeConfig, namespace, inCluster } = loadKubeConfig({ kubecfgPath });
    expect([kubeConfig.getCurrentCluster()?.server, namespace, inCluster]).toEqual([
      'https://one.example.com',
      'team',
      false,
    ]);
    expect(loadKubeConfig({ kubecfgPath, kubecfgContext: 'b' }).namespace).toBe('default');
    expect(loadKubeConfig({ kubecfgPath, namespace: 'other' }).namespace).toBe('other');
  });

  it('is that of KUBECONFIG, of several files the first that says something, those that are there', () => {
    const [one, two] = [write('one', [{ name: 'a' }], 'a'), write('two', [{ name: 'b', namespace: 'second' }], 'b')];
    vi.stubEnv('KUBECONFIG', `${join(folder, 'missing')}:${one}:${two}`);
    expect(loadKubeConfig({}).kubeConfig.getCurrentContext()).toBe('a');
    expect(loadKubeConfig({ kubecfgContext: 'b' }).namespace).toBe('second');
  });

  it.each<[string, () => Parameters<typeof loadKubeConfig>[0], RegExp]>([
    ['none at all', () => ({}), /no kubeconfig.*kubecfg_path nor KUBECONFIG.*hint|no kubeconfig/s],
    ['a path to nothing', () => ({ kubecfgPath: '/nowhere/config' }), /no kubeconfig \/nowhere\/config/],
    [
      'what is no YAML',
      () => {
        writeFileSync(join(folder, 'broken'), '{ clusters: [');
        return { kubecfgPath: join(folder, 'broken') };
      },
      /broken cannot be read/,
    ],
    [
      'an empty file',
      () => {
        writeFileSync(join(folder, 'empty'), '');
        return { kubecfgPath: join(folder, 'empty') };
      },
      /empty/,
    ],
    [
      'a context that is not in it',
      () => ({ kubecfgPath: write('one', [{ name: 'a' }, { name: 'b' }], 'a'), kubecfgContext: 'c' }),
      /has no context 'c'\n {2}kubecfg_context is one of a, b/,
    ],
    ['no current context', () => ({ kubecfgPath: write('one', [{ name: 'a' }]) }), /no current context\n.*one of a/],
    [
      'a context without its cluster',
      () => ({ kubecfgPath: write('one', [{ name: 'a', cluster: 'gone' }], 'a') }),
      /names no cluster/,
    ],
    [
      'a context without its user',
      () => ({ kubecfgPath: write('one', [{ name: 'a', user: 'gone' }], 'a') }),
      /names no user/,
    ],
  ])('is refused: %s', (_, request, message) => {
    let error: unknown;
    try {
      loadKubeConfig(request());
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(message);
  });
});
