import { CoreV1Api } from '@kubernetes/client-node';
import { ConfigError, InvocationError, type OpenRuntimes, openRuntimes, RuntimeNotFoundError } from '@lithops/core';
import { buildImage } from '@lithops-tools/services';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Cluster } from '../src/cluster/cluster.ts';
import { loadKubeConfig } from '../src/cluster/load-kube-config.ts';
import type { KnativeConfig } from '../src/index.ts';
import { RUNTIME_LABELS } from '../src/service/labels.ts';
import { rejection, startTestCluster } from './cluster.ts';

const SERVING = ['serving.knative.dev'];
const LEAST_ROLE = [
  {
    apiGroups: SERVING,
    resources: ['services'],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] as const,
  },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'patch'] as const },
];

const test = await startTestCluster({
  restartMs: 500,
  nodeCapacity: { cpu: '64', memory: '64Gi' },
  namespaces: ['tight'],
  users: [
    { name: 'nobody', rules: [] },
    { name: 'least', rules: [...LEAST_ROLE] },
  ],
});
const { cluster } = test;
afterAll(() => test[Symbol.asyncDispose]());
afterEach(() => cluster.faults.clear());

const plus = (n: number) => n + 1;
let services = 0;

/** A section whose service nobody has deployed yet. */
function fresh(more: KnativeConfig = {}): KnativeConfig {
  return { maxWorkers: 1, env: { SERVICE: String(++services), ...more.env }, ...without(more, 'env') };
}

function without<Value extends object, Key extends keyof Value>(value: Value, key: Key): Omit<Value, Key> {
  const { [key]: _, ...rest } = value;
  return rest;
}

async function failureOf(config: KnativeConfig): Promise<Error> {
  await using fexec = test.executor(config);
  return await rejection(fexec.callAsync(plus, 1).result());
}

function api(): Cluster {
  return new Cluster(loadKubeConfig(test.section()));
}

function runtimes(config: KnativeConfig): Promise<OpenRuntimes> {
  return openRuntimes({ backend: 'knative', config: { knative: test.section(config) } });
}

describe('what a cluster does not allow', { timeout: 90_000 }, () => {
  it('is told of a context that is not there', async () => {
    const error = await failureOf({ kubecfgContext: 'elsewhere' });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/no context 'elsewhere'\n.*admin@simulated/);
  });

  it('is told in the words of the cluster, with what to do', async () => {
    const error = await failureOf({ ...test.section({}, 'nobody'), ...fresh() });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/User "nobody" cannot .* resource "secrets".*403/);
    expect(error.message).toMatch(/docs\/backends\/knative\.md/);
  });

  it('is told of credentials that are not accepted', async () => {
    const undo = cluster.faults.api({ status: 401 });
    const error = await failureOf(fresh());
    undo();
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/log in again/);
  });

  it('is not asked for: the role of the guide is enough, where the ingress is said', async () => {
    await using fexec = test.executor({
      ...test.section({}, 'least'),
      ...fresh(),
      ingressEndpoint: cluster.ingressUrl,
    });
    expect(await fexec.callAsync(plus, 1).result()).toBe(2);
  });

  it('where the ingress is not said, names what was looked for', async () => {
    const error = await failureOf({ ...test.section({}, 'least'), ...fresh() });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/how the ingress of the cluster is reached.*kourier-system.*cannot get/s);
    expect(error.message).toMatch(/ingress_endpoint/);
  });

  it('is told of a namespace that is not there', async () => {
    const error = await failureOf(fresh({ namespace: 'nowhere' }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/nowhere/);
  });
});

describe('a service that does not become ready', { timeout: 90_000 }, () => {
  it('because its image cannot be pulled, says so, and how to change it', async () => {
    const { dockerUser: _, dockerPassword: _password, ...section } = test.section();
    // Nothing that its nodes have already.
    await buildImage(test.engine, 'lithops-test/unpulled', { files: { '/etc/made': new Date().toISOString() } });
    const runtime = await test.put('lithops-test/unpulled', 'team/unpulled:1');
    const error = await failureOf({
      ...section,
      ...fresh(),
      runtime,
      dockerUser: undefined,
      dockerPassword: undefined,
    });
    await test.cli('rmi', 'lithops-test/unpulled');
    expect(error).toBeInstanceOf(InvocationError);
    expect(error.message).toMatch(/cannot become ready.*image/s);
    expect(error.message).toMatch(/cannot pull the image: give it docker_user/);
  });

  it('because its worker ends, says with which exit code', async () => {
    const error = await failureOf(fresh({ env: { LITHOPS_WORKER_AUTH: 'nonsense' } }));
    expect(error).toBeInstanceOf(InvocationError);
    expect(error.message).toMatch(/cannot become ready.*exit code 1|ExitCode1/s);
  });

  it('because no node has room, says so when its time is over', async () => {
    const error = await failureOf(fresh({ runtimeMemory: 2 ** 20, deployTimeout: 3 }));
    expect(error.message).toMatch(/is not ready after 3 s.*Insufficient memory/s);
    expect(error.message).toMatch(/no node has room/);
  });

  it('because its namespace allows no more, says what it asked for and how much there is', async () => {
    const core = loadKubeConfig(test.section()).kubeConfig.makeApiClient(CoreV1Api);
    const body = { metadata: { name: 'budget' }, spec: { hard: { 'limits.memory': '128Mi' } } };
    await core.createNamespacedResourceQuota({ namespace: 'tight', body });
    const error = await failureOf(fresh({ namespace: 'tight' }));
    expect(error).toBeInstanceOf(InvocationError);
    expect(error.message).toMatch(
      /exceeded quota: budget, requested: limits.memory=256Mi, used: limits.memory=0, limited: limits.memory=128Mi/,
    );
    expect(error.message).toMatch(/the namespace allows no more: lower runtime_memory/);
  });

  it('because the user of its image is a name, says so; with a number it runs', async () => {
    const container = await test.cli('create', test.nodeImage, 'node');
    await test.cli('commit', '--change', 'USER nobody', container, 'lithops-test/named-user');
    await test.cli('rm', container);
    const runtime = await test.put('lithops-test/named-user', 'team/named-user:1');
    const error = await failureOf(fresh({ runtime }));
    expect(error.message).toMatch(/non-numeric user \(nobody\), cannot verify user is non-root/);
    expect(error.message).toMatch(/runAsUser: 1000/);
    const securityContext = { runAsNonRoot: true, runAsUser: 65_534 };
    await using fexec = test.executor(fresh({ runtime, securityContext }));
    expect(await fexec.callAsync((_: number) => process.getuid?.(), 0).result()).toBe(65_534);
  });

  it('because there is no networking layer, says so', async () => {
    cluster.faults.installIngress('none');
    const error = await failureOf(fresh({ deployTimeout: 4 }));
    cluster.faults.installIngress('kourier');
    expect(error).toBeInstanceOf(InvocationError);
    expect(error.message).toMatch(/ingress|networking|route/i);
  });

  it('is tried again by the next that needs it', async () => {
    const config = fresh({ runtimeMemory: 2 ** 20, deployTimeout: 2 });
    await failureOf(config);
    expect((await failureOf(config)).message).toMatch(/is not ready after 2 s/);
  });
});

describe('deploying', { timeout: 90_000 }, () => {
  it('by two clients at once makes one service, which both use', async () => {
    const config = fresh({ labels: { test: 'twice' } });
    await using one = test.executor(config);
    await using other = test.executor(config);
    const results = [one, other].map((fexec) => fexec.callAsync(plus, 1).result());
    expect(await Promise.all(results)).toEqual([2, 2]);
    expect(await api().listServices('test=twice')).toHaveLength(1);
  });

  it('goes on when watches are cut, forgotten, or the API is busy', async () => {
    cluster.faults.api({ status: 429, retryAfterSeconds: 1, resource: 'services', times: 2 });
    cluster.faults.api({ status: 500, resource: 'secrets', times: 1 });
    await using fexec = test.executor(fresh());
    const result = fexec.callAsync(plus, 1).result();
    await vi.waitFor(() => expect(cluster.faults.openWatches).toBeGreaterThan(0), { timeout: 20_000 });
    cluster.faults.cutWatches();
    await vi.waitFor(() => expect(cluster.faults.openWatches).toBeGreaterThan(0), { timeout: 20_000 }).catch(() => {});
    cluster.faults.expireWatches();
    expect(await result).toBe(2);
    expect(cluster.faults.openWatches).toBe(0);
  });

  it('is repeated when somebody deletes the service', async () => {
    const config = fresh({ labels: { test: 'deleted' } });
    await using fexec = test.executor(config);
    expect(await fexec.callAsync(plus, 1).result()).toBe(2);
    const [service] = await api().listServices('test=deleted');
    await api().deleteService(service?.metadata.name ?? '');
    expect(await fexec.callAsync(plus, 2).result()).toBe(3);
  });

  it('leaves no secret where others read: not in services, not in messages', async () => {
    const { password } = test.registry;
    const text = JSON.stringify(await api().listServices(''));
    expect(text).not.toContain(password);
    const token = (await api().findSecret('lithops-worker-token'))?.data?.['token'] ?? '';
    expect(token).not.toBe('');
    expect(text).not.toContain(Buffer.from(token, 'base64').toString());
  });
});

describe('runtimes', () => {
  it('are deployed, listed, asked and deleted by what they are called', { timeout: 60_000 }, async () => {
    const { runtime: name = '' } = test.section();
    await using opened = await runtimes(fresh());
    const info = await opened.catalog.deploy({ name, memory: 192 }, {});
    expect(info).toMatchObject({ nodeVersion: process.versions.node, platform: 'linux' });
    expect(await opened.catalog.list()).toContainEqual({ name, memory: 192, timeout: 600 });
    expect(await opened.catalog.info({ name, memory: 192 })).toEqual(info);
    await opened.catalog.delete({ name, memory: 192 });
    expect(await opened.catalog.list()).not.toContainEqual({ name, memory: 192, timeout: 600 });
    await expect(opened.catalog.delete({ name, memory: 192 })).rejects.toThrow(RuntimeNotFoundError);
  });

  it('that others have in the namespace are no concern of ours', async () => {
    const all = await api().listServices('');
    const selector = Object.entries(RUNTIME_LABELS).map(([key, value]) => `${key}=${value}`);
    const ours = await api().listServices(selector.join(','));
    expect(all.map(({ metadata }) => metadata.name).sort()).toEqual(ours.map(({ metadata }) => metadata.name).sort());
  });
});
