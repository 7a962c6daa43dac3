import { Service } from '@kubernetes-models/knative/serving.knative.dev/v1/Service';
import type { SchemaIssue } from '@lithops/core/plugin';
import fc from 'fast-check';
import { Container } from 'kubernetes-models/v1/Container';
import { describe, expect, it } from 'vitest';
import { type KnativeConfig, knativeConfig } from '../src/config.ts';
import type { KnativeService } from '../src/service/knative-service.ts';
import { serviceManifest } from '../src/service/service-manifest.ts';
import { withDefaults } from '../src/settings.ts';

const IMAGE = `registry.example.com/team/runtimes@sha256:${'0'.repeat(64)}`;

function manifestOf(
  config: KnativeConfig,
  more: { readonly pullSecrets?: readonly string[]; readonly memory?: number } = {},
) {
  const settings = withDefaults(config);
  const { pullSecrets = [], memory = settings.runtimeMemory } = more;
  return serviceManifest({ settings, namespace: 'team', memory, runtime: 'team/image:1', image: IMAGE, pullSecrets });
}

function validate(input: unknown): readonly SchemaIssue[] {
  const result = knativeConfig['~standard'].validate(input);
  if (result instanceof Promise) throw new TypeError('it is not checked at once');
  return result.issues ?? [];
}

interface PodSpec {
  readonly containers: readonly { readonly env: readonly Record<string, unknown>[]; readonly [key: string]: unknown }[];
  readonly [key: string]: unknown;
}

function podOf({ spec }: KnativeService): PodSpec {
  return spec.template.spec as PodSpec; // what the builder makes
}

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const words = fc.string({ maxLength: 30, unit: 'grapheme-ascii' });
const variable = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/);
const configs: fc.Arbitrary<KnativeConfig> = fc.record(
  {
    runtime: fc.constantFrom('node:24-slim', 'team/image', 'registry.example.com:5000/a/b:c', IMAGE),
    runtimeMemory: fc.integer({ min: 128, max: 1 << 20 }),
    runtimeCpu: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.double({ min: 0.05, max: 64, noNaN: true })),
    runtimeTimeout: fc.integer({ min: 1, max: 3600 }),
    maxWorkers: fc.integer({ min: 1, max: 10_000 }),
    minWorkers: fc.integer({ min: 0, max: 10_000 }),
    workerProcesses: fc.integer({ min: 1, max: 64 }),
    invokePoolThreads: fc.integer({ min: 1, max: 500 }),
    scaleDownDelay: fc.constantFrom('0s', '30s', '5m', '1h'),
    kubecfgPath: words.filter((text) => text !== ''),
    kubecfgContext: label,
    namespace: label,
    networkingLayer: fc.constantFrom('kourier' as const, 'istio' as const, 'contour' as const),
    ingressEndpoint: fc.constantFrom('http://10.0.0.1:31080', 'ingress.example.com', '10.0.0.1:80'),
    dockerServer: fc.constantFrom('docker.io', 'registry.example.com'),
    dockerUser: label,
    dockerPassword: words.filter((text) => text !== ''),
    dockerNamespace: label,
    dockerHost: fc.constant('unix:///var/run/docker.sock'),
    insecureRegistries: fc.array(fc.constant('registry.local:5000'), { maxLength: 2 }),
    platforms: fc.constantFrom(['linux/arm64'], ['linux/amd64', 'linux/arm64']),
    imagePullSecrets: fc.array(label, { maxLength: 3 }),
    serviceAccount: label,
    nodeSelector: fc.dictionary(label, label, { maxKeys: 3 }),
    tolerations: fc.array(
      fc.record(
        {
          key: label,
          operator: fc.constantFrom('Exists' as const, 'Equal' as const),
          value: label,
          effect: fc.constantFrom('NoSchedule' as const, 'NoExecute' as const),
          tolerationSeconds: fc.nat(),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
    securityContext: fc.record(
      {
        allowPrivilegeEscalation: fc.boolean(),
        capabilities: fc.record({ add: fc.array(label), drop: fc.array(label) }, { requiredKeys: [] }),
        readOnlyRootFilesystem: fc.boolean(),
        runAsGroup: fc.nat(),
        runAsNonRoot: fc.boolean(),
        runAsUser: fc.nat(),
        seccompProfile: fc.record({ type: fc.constantFrom('RuntimeDefault' as const, 'Unconfined' as const) }),
      },
      { requiredKeys: [] },
    ),
    env: fc.dictionary(variable, words, { maxKeys: 4 }),
    labels: fc.dictionary(label, label, { maxKeys: 3 }),
    annotations: fc.dictionary(label, words, { maxKeys: 3 }),
    externals: fc.array(label, { maxLength: 2 }),
    deployTimeout: fc.integer({ min: 1, max: 3600 }),
    startTimeout: fc.integer({ min: 1, max: 3600 }),
  },
  { requiredKeys: [] },
);

describe('the manifest of a service', () => {
  it('is valid by the official schemas for every combination of keys, all of which are accepted', () => {
    fc.assert(
      fc.property(configs, fc.array(label, { maxLength: 2 }), (config, pullSecrets) => {
        expect(validate(config)).toEqual([]);
        const manifest = manifestOf(config, { pullSecrets });
        new Service(manifest as unknown as ConstructorParameters<typeof Service>[0]).validate();
        const [container] = podOf(manifest).containers;
        new Container(container as unknown as ConstructorParameters<typeof Container>[0]).validate();
        expect(manifest.metadata.name).toMatch(/^lithops-worker-[0-9a-f]{12}$/);
      }),
      { numRuns: 300 },
    );
  });

  it('knows of a schema that is not kept', () => {
    const { spec, ...rest } = manifestOf({});
    const broken = { ...rest, spec: { template: { spec: { ...spec.template.spec, containerConcurrency: '1' } } } };
    expect(() => new Service(broken as never).validate()).toThrow(/containerConcurrency/);
  });

  it('has the name of its content: what makes another worker is another service, what does not is the same', () => {
    const { name } = manifestOf({}).metadata;
    const same: KnativeConfig[] = [
      { kubecfgPath: 'elsewhere' },
      { ingressEndpoint: 'http://10.0.0.1' },
      { startTimeout: 7 },
      { dockerPassword: 'changed' },
    ];
    for (const config of same) expect(manifestOf(config).metadata.name).toBe(name);
    const others: KnativeConfig[] = [
      { runtimeTimeout: 60 },
      { maxWorkers: 7 },
      { env: { A: '1' } },
      { serviceAccount: 'other' },
      { workerProcesses: 2 },
    ];
    const names = others.map((config) => manifestOf(config).metadata.name);
    expect(new Set([name, ...names, manifestOf({}, { memory: 1024 }).metadata.name]).size).toBe(others.length + 2);
  });

  it('says what is configured', () => {
    const manifest = manifestOf(
      {
        runtimeMemory: 1024,
        runtimeCpu: 0.5,
        runtimeTimeout: 90,
        maxWorkers: 20,
        minWorkers: 2,
        workerProcesses: 3,
        scaleDownDelay: '30s',
        serviceAccount: 'reader',
        nodeSelector: { disk: 'fast' },
        imagePullSecrets: ['mine'],
        env: { MODEL: 'small' },
        labels: { team: 'blue' },
      },
      { pullSecrets: ['made', 'mine'] },
    );
    expect(manifest.spec.template.metadata).toMatchObject({
      labels: { team: 'blue', 'app.kubernetes.io/managed-by': 'lithops' },
      annotations: {
        'autoscaling.knative.dev/min-scale': '2',
        'autoscaling.knative.dev/max-scale': '20',
        'autoscaling.knative.dev/target': '3',
        'autoscaling.knative.dev/scale-down-delay': '30s',
      },
    });
    expect(manifest.spec.template.spec).toMatchObject({
      containerConcurrency: 3,
      timeoutSeconds: 90,
      serviceAccountName: 'reader',
      nodeSelector: { disk: 'fast' },
      imagePullSecrets: [{ name: 'mine' }, { name: 'made' }],
      containers: [
        {
          image: IMAGE,
          resources: { limits: { cpu: '500m', memory: '1024Mi' } },
          securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
        },
      ],
    });
  });

  it('holds no secret', () => {
    const text = JSON.stringify(manifestOf({ dockerUser: 'somebody', dockerPassword: 'hunter2' }));
    expect(text).not.toContain('hunter2');
    const token = podOf(manifestOf({})).containers[0]?.env.find(({ name }) => name === 'LITHOPS_WORKER_TOKEN');
    expect(token).toEqual({
      name: 'LITHOPS_WORKER_TOKEN',
      valueFrom: { secretKeyRef: { name: 'lithops-worker-token', key: 'token' } },
    });
  });
});

describe('the section', () => {
  it.each<[string, object, RegExp]>([
    ['too little memory', { runtimeMemory: 64 }, />=128|128/],
    ['no processors', { runtimeCpu: 0 }, /0\.05/],
    ['a duration without a unit', { scaleDownDelay: '30' }, /duration/],
    ['a layer that is none', { networkingLayer: 'nginx' }, /kourier/],
    ['an address with a path', { ingressEndpoint: 'http://a/b' }, /address/],
    ['a name with capitals', { serviceAccount: 'Reader' }, /name of Kubernetes/],
    ['an image that is none', { runtime: './image' }, /name of an image/],
    ['a variable that is none', { env: { 'A-B': '1' } }, /key|variable/i],
    ['privileges that Knative does not give', { securityContext: { privileged: true } }, /privileged/],
    ['a key that is none', { kubeconfig: 'x' }, /kubeconfig/],
  ])('refuses %s', (_, section, message) => {
    const issues = validate(section);
    expect(issues.length).toBeGreaterThan(0);
    expect(JSON.stringify(issues)).toMatch(message);
  });
});
