import { setTimeout as delay } from 'node:timers/promises';
import { type DockerEngine, docker, startDockerEngine } from '@lithops-tools/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clients, call, refusalOf, startCluster, type TestCluster } from './cluster.ts';
import { buildEcho, create, isReady, KSVC, service, until } from './serving.ts';

let engine: DockerEngine;
let cluster: TestCluster;
let clients: Clients;

beforeAll(async () => {
  engine = await startDockerEngine();
  await buildEcho(engine);
  cluster = await startCluster({ engine, stableWindowMs: 1_000, restartMs: 200 });
  clients = cluster.as();
});

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
});

const pods = async (name: string) =>
  (await clients.core.listNamespacedPod({ namespace: 'default', labelSelector: `serving.knative.dev/service=${name}` }))
    .items;

async function untilPods(name: string, count: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await pods(name)).length === count) return;
    await delay(50);
  }
  throw new Error(`${name} has ${(await pods(name)).length} pods, not ${count}`);
}

describe('a Service', () => {
  it('becomes ready, answers at its host, goes to nothing, and comes back', async () => {
    await create(clients.custom, service('hello'));
    const status = await until(clients, 'hello', isReady);
    expect(status.url).toBe('http://hello.default.example.com');
    expect(status.conditions?.map(({ type, status: holds }) => [type, holds])).toEqual([
      ['ConfigurationsReady', 'True'],
      ['Ready', 'True'],
      ['RoutesReady', 'True'],
    ]);
    expect(await call(cluster.simulator, 'hello', '/', 'you')).toEqual([
      200,
      expect.stringMatching(/^hello-00001-deployment-\w+ you$/),
    ]);
    await untilPods('hello', 0);
    expect(await until(clients, 'hello', isReady)).toMatchObject({ latestReadyRevisionName: 'hello-00001' });
    expect(await call(cluster.simulator, 'hello', '/', 'again')).toEqual([200, expect.stringMatching(/ again$/)]);
  });

  it('knows what the runtime contract says, and what its manifest does', async () => {
    await clients.core.createNamespacedSecret({
      namespace: 'default',
      body: { metadata: { name: 'keys' }, stringData: { TOKEN: 'secret' } },
    });
    const env = [
      { name: 'GREETING', value: 'hi' },
      { name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'TOKEN' } } },
    ];
    const container = {
      env,
      envFrom: [{ secretRef: { name: 'keys' }, prefix: 'ALL_' }],
      ports: [{ containerPort: 9000 }],
      resources: { limits: { cpu: '500m', memory: '128Mi' } },
    };
    await create(clients.custom, service('env', {}, {}, container));
    await until(clients, 'env', isReady);
    const [, text] = await call(cluster.simulator, 'env', '/environment');
    expect(JSON.parse(text)).toMatchObject({
      PORT: '9000',
      K_SERVICE: 'env',
      K_CONFIGURATION: 'env',
      K_REVISION: 'env-00001',
      GREETING: 'hi',
      KEY: 'secret',
      ALL_TOKEN: 'secret',
    });
    const [pod] = await pods('env');
    const id = await docker(engine, ['ps', '-q', '--filter', `label=io.kubernetes.pod.name=${pod?.metadata?.name}`]);
    expect(await docker(engine, ['inspect', '-f', '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}', id])).toBe(
      `${128 * 2 ** 20} 500000000`,
    );
  });

  it('finds the files that its volumes hold', async () => {
    const body = { metadata: { name: 'files' }, data: { 'a.txt': 'from a config map' } };
    await clients.core.createNamespacedConfigMap({ namespace: 'default', body });
    const command = [
      'node',
      '-e',
      "const { readFileSync } = require('fs'); require('http').createServer((q, s) => s.end(readFileSync('/etc/conf/a.txt'))).listen(8080)",
    ];
    const container = { command, volumeMounts: [{ name: 'v', mountPath: '/etc/conf' }] };
    await create(
      clients.custom,
      service('mounts', { volumes: [{ name: 'v', configMap: { name: 'files' } }] }, {}, container),
    );
    await until(clients, 'mounts', isReady);
    expect(await call(cluster.simulator, 'mounts')).toEqual([200, 'from a config map']);
  });

  it('gives a pod no more requests than it may have, and starts more pods, up to its bound', async () => {
    await create(
      clients.custom,
      service('busy', { containerConcurrency: 1 }, { 'autoscaling.knative.dev/max-scale': '2' }),
    );
    await until(clients, 'busy', isReady);
    const answers = await Promise.all(Array.from({ length: 8 }, () => call(cluster.simulator, 'busy', '/hold?ms=900')));
    expect(answers.map(([code]) => code)).toEqual(Array(8).fill(200));
    expect(new Set(answers.map(([, text]) => text)).size).toBe(2);
    expect((await pods('busy')).length).toBe(2);
    expect(
      await Promise.all([call(cluster.simulator, 'busy', '/most'), call(cluster.simulator, 'busy', '/most')]),
    ).toEqual([
      [200, '1'],
      [200, '1'],
    ]);
  });

  it('keeps as many pods as it is to at least', async () => {
    await create(clients.custom, service('warm', {}, { 'autoscaling.knative.dev/min-scale': '2' }));
    await until(clients, 'warm', isReady);
    expect((await pods('warm')).length).toBe(2);
    await delay(1_500);
    expect((await pods('warm')).length).toBe(2);
  });

  it('gets a new revision when its template changes, and only then', async () => {
    await create(clients.custom, service('changing'));
    await until(clients, 'changing', isReady);
    const read = async () => clients.custom.getNamespacedCustomObject({ ...KSVC, name: 'changing' });
    await clients.custom.replaceNamespacedCustomObject({ ...KSVC, name: 'changing', body: await read() });
    const current: { spec: { template: { spec: object } } } = await read();
    const spec = {
      ...current.spec,
      template: { ...current.spec.template, spec: { ...current.spec.template.spec, timeoutSeconds: 9 } },
    };
    await clients.custom.replaceNamespacedCustomObject({ ...KSVC, name: 'changing', body: { ...current, spec } });
    await until(
      clients,
      'changing',
      (status) => isReady(status) && status.latestReadyRevisionName === 'changing-00002',
    );
    const [, text] = await call(cluster.simulator, 'changing', '/environment');
    expect(JSON.parse(text)).toMatchObject({ K_REVISION: 'changing-00002' });
  });

  it('takes everything with it when it is deleted', async () => {
    await create(clients.custom, service('brief'));
    await until(clients, 'brief', isReady);
    await clients.custom.deleteNamespacedCustomObject({ ...KSVC, name: 'brief' });
    await untilPods('brief', 0);
    for (const plural of ['configurations', 'routes', 'revisions']) {
      const { items }: { items: { metadata: { name: string } }[] } = await clients.custom.listNamespacedCustomObject({
        ...KSVC,
        plural,
      });
      expect(items.filter(({ metadata }) => metadata.name.startsWith('brief'))).toEqual([]);
    }
    expect(await call(cluster.simulator, 'brief')).toEqual([404, '']);
    expect(await refusalOf(clients.custom.getNamespacedCustomObject({ ...KSVC, name: 'brief' }))).toMatchObject({
      code: 404,
    });
  });
});

describe('a pod', () => {
  it('whose container was killed is started again', async () => {
    await create(clients.custom, service('mortal', {}, { 'autoscaling.knative.dev/min-scale': '1' }));
    await until(clients, 'mortal', isReady);
    const [pod] = await pods('mortal');
    await cluster.simulator.kill(pod?.metadata?.name ?? '');
    const container = async () => (await pods('mortal'))[0]?.status?.containerStatuses?.[0];
    for (let tries = 0; tries < 200 && (await container())?.restartCount !== 1; tries++) await delay(50);
    for (let tries = 0; tries < 200 && (await container())?.ready !== true; tries++) await delay(50);
    expect(await call(cluster.simulator, 'mortal', '/', 'alive')).toEqual([200, expect.stringMatching(/ alive$/)]);
    expect(await container()).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 137 } },
    });
  });

  it('of no Service runs too, as often as it is to, and leaves its log', async () => {
    const container = {
      name: 'main',
      image: 'lithops-test/knative-echo:2',
      command: ['node', '-e', 'console.log("done"); process.exit(3)'],
    };
    await clients.core.createNamespacedPod({
      namespace: 'default',
      body: { metadata: { name: 'task' }, spec: { restartPolicy: 'Never', containers: [container] } },
    });
    for (let tries = 0; tries < 100; tries++) {
      if ((await clients.core.readNamespacedPod({ namespace: 'default', name: 'task' })).status?.phase === 'Failed')
        break;
      await delay(50);
    }
    const { status } = await clients.core.readNamespacedPod({ namespace: 'default', name: 'task' });
    expect([status?.phase, status?.containerStatuses?.[0]?.state?.terminated?.exitCode]).toEqual(['Failed', 3]);
    expect(await clients.core.readNamespacedPodLog({ namespace: 'default', name: 'task' })).toBe('done\n');
  });
});
