import {
  type DockerEngine,
  type DockerRegistry,
  docker,
  startDockerEngine,
  startDockerRegistry,
} from '@lithops-tools/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clients, call, startCluster, type TestCluster } from './cluster.ts';
import {
  buildEcho,
  condition,
  create,
  ECHO,
  hasFailed,
  isReady,
  KSVC,
  type ServiceStatus,
  service,
  until,
} from './serving.ts';

let engine: DockerEngine;
let registry: DockerRegistry;
let cluster: TestCluster;
let clients: Clients;
/** One that gives up soon what a busy machine may only be slow with. */
let impatient: TestCluster;

beforeAll(async () => {
  engine = await startDockerEngine();
  await buildEcho(engine);
  registry = await startDockerRegistry();
  cluster = await startCluster({
    engine,
    namespaces: ['limited'],
    features: ['kubernetes.podspec-nodeselector'],
    nodeLabels: { disk: 'fast' },
    nodeCapacity: { cpu: '8', memory: '16Gi' },
    restartMs: 300,
  });
  clients = cluster.as();
  impatient = await startCluster({ engine, progressDeadlineMs: 6_000, restartMs: 300 });
});

afterAll(async () => {
  await impatient?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
});

const code = (program: string) => ({ command: ['node', '-e', program] });

/** Why a Service has failed: the reason of its revision, as the Service tells it. */
function failureOf(status: ServiceStatus) {
  const { reason, message } = condition(status, 'ConfigurationsReady') ?? {};
  expect(condition(status, 'RoutesReady')).toMatchObject({ status: 'False', reason: 'RevisionMissing' });
  expect(reason).toBe('RevisionFailed');
  return message;
}

async function revisionCondition(name: string, type: string, { custom } = clients) {
  const revision: { status: ServiceStatus } = await custom.getNamespacedCustomObject({
    ...KSVC,
    plural: 'revisions',
    name: `${name}-00001`,
  });
  return condition(revision.status, type);
}

describe('a Service that cannot become ready tells why', () => {
  it('its container ends', async () => {
    await create(clients.custom, service('ends', {}, {}, code('console.error("no such setting"); process.exit(7)')));
    expect(failureOf(await until(clients, 'ends', hasFailed))).toBe(
      'Revision "ends-00001" failed with message: Container failed with: no such setting\n.',
    );
    expect(await revisionCondition('ends', 'ContainerHealthy')).toMatchObject({ status: 'False', reason: 'ExitCode7' });
  });

  it('nothing listens', async () => {
    const ours = impatient.as();
    await create(ours.custom, service('deaf', {}, {}, code('setInterval(() => {}, 1000)')));
    expect(failureOf(await until(ours, 'deaf', hasFailed))).toBe(
      'Revision "deaf-00001" failed with message: Initial scale was never achieved.',
    );
    expect(await revisionCondition('deaf', 'ResourcesAvailable', ours)).toMatchObject({
      reason: 'ProgressDeadlineExceeded',
    });
  });

  it('no node has the label', async () => {
    await create(clients.custom, service('picky', { nodeSelector: { disk: 'slow' } }));
    expect(failureOf(await until(clients, 'picky', hasFailed))).toContain(
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
    );
    await create(clients.custom, service('modest', { nodeSelector: { disk: 'fast' } }));
    await until(clients, 'modest', isReady);
  });

  it('no node is large enough', async () => {
    await create(clients.custom, service('large', {}, {}, { resources: { requests: { memory: '64Gi' } } }));
    expect(failureOf(await until(clients, 'large', hasFailed))).toContain(
      '0/1 nodes are available: 1 Insufficient memory.',
    );
    expect(await revisionCondition('large', 'ResourcesAvailable')).toMatchObject({ reason: 'Unschedulable' });
  });

  it('its secret is not there, until it is', async () => {
    const container = { env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'later', key: 'key' } } }] };
    await create(clients.custom, service('keyless', {}, {}, container));
    const waiting = async () => {
      const labelSelector = 'serving.knative.dev/service=keyless';
      const { items } = await clients.core.listNamespacedPod({ namespace: 'default', labelSelector });
      return items[0]?.status?.containerStatuses?.[0]?.state?.waiting;
    };
    await expect
      .poll(waiting, { timeout: 20_000 })
      .toMatchObject({ reason: 'CreateContainerConfigError', message: 'secret "later" not found' });
    await clients.core.createNamespacedSecret({
      namespace: 'default',
      body: { metadata: { name: 'later' }, stringData: { key: 'k' } },
    });
    await until(clients, 'keyless', isReady);
  });

  it('it may not run as root, and would', async () => {
    const ours = impatient.as();
    await create(ours.custom, service('rooted', {}, {}, { securityContext: { runAsNonRoot: true } }));
    const failure = failureOf(await until(ours, 'rooted', hasFailed));
    expect(failure).toContain('container has runAsNonRoot and image will run as root');
    await create(
      clients.custom,
      service(
        'unrooted',
        {},
        {},
        {
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
        },
      ),
    );
    await until(clients, 'unrooted', isReady);
  });

  it('its service account is not there', async () => {
    await create(clients.custom, service('stranger', { serviceAccountName: 'nobody' }));
    expect(failureOf(await until(clients, 'stranger', hasFailed))).toContain(
      'error looking up service account default/nobody: serviceaccount "nobody" not found',
    );
  });

  it('a quota has no room', async () => {
    await clients.core.createNamespacedResourceQuota({
      namespace: 'limited',
      body: { metadata: { name: 'small' }, spec: { hard: { 'limits.memory': '100Mi' } } },
    });
    const limited = (name: string, memory: string) => ({
      ...service(name, {}, {}, { resources: { limits: { memory } } }),
      metadata: { name, namespace: 'limited' },
    });
    const target = { ...KSVC, namespace: 'limited' };
    await clients.custom.createNamespacedCustomObject({ ...target, body: limited('quota', '128Mi') });
    const status = async () => {
      const read: { status?: ServiceStatus } = await clients.custom.getNamespacedCustomObject({
        ...target,
        name: 'quota',
      });
      return condition(read.status ?? {}, 'ConfigurationsReady');
    };
    await expect.poll(status, { timeout: 20_000 }).toMatchObject({
      reason: 'RevisionFailed',
      message: expect.stringMatching(
        /pods "quota-00001-deployment-\w+" is forbidden: exceeded quota: small, requested: limits\.memory=128Mi, used: limits\.memory=0, limited: limits\.memory=100Mi/,
      ),
    });
  });

  it('its image is nowhere', async () => {
    await create(clients.custom, service('imageless', {}, {}, { image: `${registry.server}/no/such:1` }));
    expect(failureOf(await until(clients, 'imageless', hasFailed))).toContain(
      `Unable to fetch image "${registry.server}/no/such:1": failed to resolve image to digest: `,
    );
    expect(await revisionCondition('imageless', 'ContainerHealthy')).toMatchObject({ reason: 'ContainerMissing' });
  });
});

describe('a private registry', { timeout: 180_000 }, () => {
  it('is asked with the pull secret, and refuses without', async () => {
    const image = `${registry.server}/team/echo:1`;
    await docker(engine, ['login', '-u', registry.user, '-p', registry.password, registry.server]);
    await docker(engine, ['tag', ECHO, image]);
    await docker(engine, ['push', '-q', image]);
    await docker(engine, ['logout', registry.server]);
    await docker(engine, ['image', 'rm', image]);
    await create(clients.custom, service('locked', {}, {}, { image }));
    expect(failureOf(await until(clients, 'locked', hasFailed))).toContain(`Unable to fetch image "${image}"`);
    const auth = Buffer.from(`${registry.user}:${registry.password}`).toString('base64');
    const stringData = { '.dockerconfigjson': JSON.stringify({ auths: { [registry.server]: { auth } } }) };
    await clients.core.createNamespacedSecret({
      namespace: 'default',
      body: { metadata: { name: 'regcred' }, type: 'kubernetes.io/dockerconfigjson', stringData },
    });
    await create(clients.custom, service('opened', { imagePullSecrets: [{ name: 'regcred' }] }, {}, { image }));
    await until(clients, 'opened', isReady);
    expect((await call(cluster.simulator, 'opened'))[0]).toBe(200);
    const revision: { status: { containerStatuses: { imageDigest: string }[] } } =
      await clients.custom.getNamespacedCustomObject({ ...KSVC, plural: 'revisions', name: 'opened-00001' });
    expect(revision.status.containerStatuses[0]?.imageDigest).toMatch(
      /^127\.0\.0\.1:\d+\/team\/echo@sha256:[0-9a-f]{64}$/,
    );
  });
});
