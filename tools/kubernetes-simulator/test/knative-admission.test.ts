import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clients, refusalOf, startCluster, type TestCluster } from './cluster.ts';
import { ECHO, KSVC, service } from './serving.ts';

let cluster: TestCluster;
let clients: Clients;

beforeAll(async () => {
  cluster = await startCluster();
  clients = cluster.as();
});

afterAll(() => cluster?.[Symbol.asyncDispose]());

const WEBHOOK = 'admission webhook "validation.webhook.serving.knative.dev" denied the request: validation failed: ';
const dry = (body: object, fieldValidation = 'Strict') =>
  clients.custom.createNamespacedCustomObject({ ...KSVC, body, dryRun: 'All', fieldValidation });
const autoscaling = (key: string, value: string) => service('x', {}, { [`autoscaling.knative.dev/${key}`]: value });
const TEMPLATE = 'spec.template.spec';
const ANNOTATIONS = 'spec.template.metadata.annotations.autoscaling.knative.dev';

describe('the webhook refuses', () => {
  it.each<[string, object, string]>([
    [
      'too high a concurrency',
      service('x', { containerConcurrency: 1001 }),
      `expected 0 <= 1001 <= 1000: ${TEMPLATE}.containerConcurrency`,
    ],
    [
      'a negative concurrency',
      service('x', { containerConcurrency: -1 }),
      `expected 0 <= -1 <= 1000: ${TEMPLATE}.containerConcurrency`,
    ],
    [
      'too long a timeout',
      service('x', { timeoutSeconds: 601 }),
      `expected 0 <= 601 <= 600: ${TEMPLATE}.timeoutSeconds`,
    ],
    [
      'an idle timeout beyond the whole',
      service('x', { timeoutSeconds: 5, idleTimeoutSeconds: 6 }),
      `expected 0 <= 6 <= 5: ${TEMPLATE}.idleTimeoutSeconds`,
    ],
    [
      'fields that are off',
      service('x', { nodeSelector: { a: 'b' } }),
      `must not set the field(s): ${TEMPLATE}.nodeSelector`,
    ],
    [
      'a security context of the pod',
      service('x', { securityContext: { runAsUser: 1 } }),
      `must not set the field(s): ${TEMPLATE}.securityContext`,
    ],
    ['a host network', service('x', { hostNetwork: true }), `must not set the field(s): ${TEMPLATE}.hostNetwork`],
    [
      'a privileged container',
      service('x', {}, {}, { securityContext: { privileged: true } }),
      `must not set the field(s): ${TEMPLATE}.containers[0].securityContext.privileged`,
    ],
    [
      'two ports',
      service('x', {}, {}, { ports: [{ containerPort: 1 }, { containerPort: 2 }] }),
      'more than one container port is set',
    ],
    ['a reserved port', service('x', {}, {}, { ports: [{ containerPort: 8012 }] }), '8012 is a reserved port'],
    [
      'a name of a port',
      service('x', {}, {}, { ports: [{ containerPort: 1, name: 'web' }] }),
      'Port name web is not allowed',
    ],
    [
      'a reserved variable',
      service('x', {}, {}, { env: [{ name: 'PORT', value: '1' }] }),
      `"PORT" is a reserved environment variable: ${TEMPLATE}.containers[0].env[0].name`,
    ],
    [
      'an image that is no reference',
      service('x', {}, {}, { image: 'Not An Image' }),
      'Failed to parse image reference',
    ],
    ['no image', service('x', {}, {}, { image: '' }), `missing field(s): ${TEMPLATE}.containers[0].image`],
    [
      'a second container',
      service('x', { containers: [{ image: ECHO }, { image: ECHO }] }),
      'multi-container is off, but found 2 containers',
    ],
    ['a negative scale', autoscaling('min-scale', '-1'), `expected 0 <= -1 <= 2147483647: ${ANNOTATIONS}/min-scale`],
    [
      'a scale that is no number',
      autoscaling('max-scale', 'many'),
      `invalid value: many: ${ANNOTATIONS}/max-scale\nmust be an integer equal or greater than 0`,
    ],
    [
      'more at least than at most',
      service('x', {}, { 'autoscaling.knative.dev/min-scale': '3', 'autoscaling.knative.dev/max-scale': '2' }),
      'max-scale=2 is less than min-scale=3',
    ],
    [
      'a delay that is no duration',
      autoscaling('scale-down-delay', '5 minutes'),
      `invalid value: 5 minutes: ${ANNOTATIONS}/scale-down-delay`,
    ],
    [
      'too long a delay',
      autoscaling('scale-down-delay', '2h'),
      `expected 0s <= 2h <= 1h0m0s: ${ANNOTATIONS}/scale-down-delay`,
    ],
    ['half a second', autoscaling('scale-down-delay', '1500ms'), 'must be specified with at most second precision'],
    ['too short a window', autoscaling('window', '1s'), `expected 6s <= 1s <= 1h0m0s: ${ANNOTATIONS}/window`],
    ['a name with dots', service('x.y'), 'not a DNS 1035 label prefix: metadata.name'],
  ])('%s', async (_what, body, message) => {
    const refusal = await refusalOf(dry(body));
    expect(refusal).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(refusal.message).toContain(message);
    expect(refusal.message.startsWith(WEBHOOK)).toBe(true);
  });

  it('annotations of the autoscaler that it would not see', async () => {
    const body = {
      ...service('x'),
      metadata: { name: 'x', annotations: { 'autoscaling.knative.dev/min-scale': '1' } },
    };
    expect((await refusalOf(dry(body))).message).toContain(
      'autoscaling annotations must be put under "spec.template.metadata.annotations" to work',
    );
  });

  it('traffic that is not all of it', async () => {
    const plain = service('x');
    const body = {
      ...plain,
      spec: {
        ...('spec' in plain && typeof plain.spec === 'object' ? plain.spec : {}),
        traffic: [{ latestRevision: true, percent: 90 }],
      },
    };
    expect((await refusalOf(dry(body))).message).toContain('Traffic targets sum to 90, want 100: spec.traffic');
  });
});

describe('the schema refuses', () => {
  it('values of the wrong type', async () => {
    expect(await refusalOf(dry(service('x', { timeoutSeconds: '5m' })))).toMatchObject({
      code: 422,
      message:
        'Service.serving.knative.dev "x" is invalid: spec.template.spec.timeoutSeconds: Invalid value: "5m": spec.template.spec.timeoutSeconds in body must be of type integer: "5m"',
    });
  });

  it('quantities that are none', async () => {
    const refusal = await refusalOf(dry(service('x', {}, {}, { resources: { limits: { memory: 'much' } } })));
    expect(refusal.code).toBe(422);
    expect(refusal.message).toContain('spec.template.spec.containers[0].resources.limits.memory');
  });

  it('fields that the definition does not know, if it is to', async () => {
    expect(await refusalOf(dry(service('x', { hostname: 'h' })))).toMatchObject({
      code: 400,
      message:
        'Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.template.spec.hostname"',
    });
    expect(JSON.stringify(await dry(service('x', { hostname: 'h' }), 'Warn'))).not.toContain('hostname');
  });

  it('strategic merge patches', async () => {
    const { PatchStrategy, setHeaderOptions } = await import('@kubernetes/client-node');
    const patch = clients.custom.patchNamespacedCustomObject(
      { ...KSVC, name: 'x', body: {} },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    );
    expect(await refusalOf(patch)).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
  });
});

describe('defaults', () => {
  it('are filled in', async () => {
    const made = await dry(service('x'));
    expect(made).toMatchObject({
      metadata: {
        annotations: { 'serving.knative.dev/creator': 'admin', 'serving.knative.dev/lastModifier': 'admin' },
      },
      spec: {
        template: {
          spec: {
            containerConcurrency: 0,
            timeoutSeconds: 300,
            enableServiceLinks: false,
            containers: [
              {
                name: 'user-container',
                image: ECHO,
                readinessProbe: { successThreshold: 1, tcpSocket: { port: 0 } },
                resources: {},
              },
            ],
          },
        },
        traffic: [{ latestRevision: true, percent: 100 }],
      },
    });
  });

  it('are what operators have set, and features are on', async () => {
    await clients.core.replaceNamespacedConfigMap({
      namespace: 'knative-serving',
      name: 'config-features',
      body: { metadata: { name: 'config-features' }, data: { 'kubernetes.podspec-nodeselector': 'enabled' } },
    });
    await clients.core.replaceNamespacedConfigMap({
      namespace: 'knative-serving',
      name: 'config-defaults',
      body: {
        metadata: { name: 'config-defaults' },
        data: { 'revision-timeout-seconds': '30', 'max-revision-timeout-seconds': '900' },
      },
    });
    const body = service('x', { nodeSelector: { a: 'b' } });
    expect(await dry(body)).toMatchObject({
      spec: { template: { spec: { timeoutSeconds: 30, nodeSelector: { a: 'b' } } } },
    });
    await dry(service('x', { timeoutSeconds: 900 }));
  });
});
