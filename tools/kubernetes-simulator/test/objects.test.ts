import { type CoreV1Api, PatchStrategy, setHeaderOptions, VersionApi } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Clients, configMap, refusalOf, send, startCluster, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
let clients: Clients;
let core: CoreV1Api;
let namespace: string;
let created = 0;

beforeAll(async () => {
  cluster = await startCluster();
  clients = cluster.as();
  core = clients.core;
});

afterAll(() => cluster?.[Symbol.asyncDispose]());

beforeEach(async () => {
  namespace = `test-${++created}`;
  await core.createNamespace({ body: { metadata: { name: namespace } } });
});

const named = (name: string, data?: Record<string, string>, labels?: Record<string, string>) => ({
  ...configMap(name, data, labels),
  metadata: { name, labels: labels ?? {} },
});

describe('discovery', () => {
  it('tells the version, and finds kinds by their names', async () => {
    const { gitVersion } = await clients.config.makeApiClient(VersionApi).getCode();
    expect(gitVersion).toMatch(/^v1\.\d+\.\d+$/);
    const one = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'one', namespace } };
    expect(await refusalOf(clients.objects.read(one))).toMatchObject({
      code: 404,
      message: 'services.serving.knative.dev "one" not found',
    });
  });
});

describe('objects', () => {
  it('are created, read, replaced and deleted', async () => {
    const made = await core.createNamespacedConfigMap({ namespace, body: named('one', { a: '1' }) });
    expect(made.metadata).toMatchObject({ namespace, name: 'one', uid: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const read = await core.readNamespacedConfigMap({ namespace, name: 'one' });
    expect(read).toEqual(made);
    const next = await core.replaceNamespacedConfigMap({ namespace, name: 'one', body: { ...read, data: { a: '2' } } });
    expect(Number(next.metadata?.resourceVersion)).toBeGreaterThan(Number(read.metadata?.resourceVersion));
    const same = await core.replaceNamespacedConfigMap({ namespace, name: 'one', body: next });
    expect(same.metadata?.resourceVersion).toBe(next.metadata?.resourceVersion);
    expect(await core.deleteNamespacedConfigMap({ namespace, name: 'one' })).toMatchObject({ status: 'Success' });
    expect(await refusalOf(core.readNamespacedConfigMap({ namespace, name: 'one' }))).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'configmaps "one" not found',
    });
  });

  it('refuse a name that is taken, a version that is old, and another uid', async () => {
    const made = await core.createNamespacedConfigMap({ namespace, body: named('one') });
    expect(await refusalOf(core.createNamespacedConfigMap({ namespace, body: named('one') }))).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "one" already exists',
    });
    await core.replaceNamespacedConfigMap({ namespace, name: 'one', body: { ...made, data: { a: '1' } } });
    const old = core.replaceNamespacedConfigMap({ namespace, name: 'one', body: { ...made, data: { a: '2' } } });
    expect(await refusalOf(old)).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: expect.stringContaining('the object has been modified'),
    });
    const preconditions = { uid: 'another' };
    const deletion = core.deleteNamespacedConfigMap({ namespace, name: 'one', body: { preconditions } });
    expect(await refusalOf(deletion)).toMatchObject({ code: 409 });
  });

  it('get names from a prefix', async () => {
    const body = { metadata: { generateName: 'run-' } };
    const [one, two] = await Promise.all([
      core.createNamespacedConfigMap({ namespace, body }),
      core.createNamespacedConfigMap({ namespace, body }),
    ]);
    expect(one.metadata?.name).toMatch(/^run-[a-z0-9]{5}$/);
    expect(one.metadata?.name).not.toBe(two.metadata?.name);
  });

  it('are only checked in a dry run', async () => {
    const made = await core.createNamespacedConfigMap({ namespace, body: named('dry'), dryRun: 'All' });
    expect(made.metadata?.name).toBe('dry');
    expect((await core.listNamespacedConfigMap({ namespace })).items).toEqual([]);
    const bad = core.createNamespacedConfigMap({ namespace, body: named('dry'), dryRun: 'Some' });
    expect(await refusalOf(bad)).toMatchObject({ code: 422 });
  });

  it('have the names, labels and types that the API takes', async () => {
    expect(await refusalOf(core.createNamespacedConfigMap({ namespace, body: named('Bad_Name') }))).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: expect.stringContaining('ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name"'),
      details: { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.name' }] },
    });
    const labelled = core.createNamespacedConfigMap({ namespace, body: named('x', {}, { key: 'not valid!' }) });
    expect(await refusalOf(labelled)).toMatchObject({ code: 422, details: { causes: [{ field: 'metadata.labels' }] } });
    const wrong = JSON.parse('{"metadata":{"name":"x"},"data":{"a":1}}');
    const typed = clients.objects.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      ...wrong,
      metadata: { name: 'x', namespace },
    });
    expect(await refusalOf(typed)).toMatchObject({
      code: 400,
      message: expect.stringContaining(
        'json: cannot unmarshal number into Go struct field ConfigMap.data.a of type string',
      ),
    });
    const elsewhere = core.createNamespacedConfigMap({ namespace: 'nowhere', body: named('x') });
    expect(await refusalOf(elsewhere)).toMatchObject({ code: 404, message: 'namespaces "nowhere" not found' });
  });

  it('have no fields that nobody knows', async () => {
    const ask = async (fieldValidation: string) =>
      send(
        cluster.simulator,
        'POST',
        `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=${fieldValidation}`,
        { metadata: { name: 'p' }, spec: { containers: [{ name: 'a', image: 'b', imag: 'c' }] } },
      );
    expect(await ask('Strict')).toMatchObject({
      status: 400,
      content: {
        message:
          'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].imag"',
      },
    });
    const warned = await ask('Warn');
    expect(warned.status).toBe(201);
    expect(warned.headers['warning']).toBe('299 - "unknown field \\"spec.containers[0].imag\\""');
    expect(JSON.stringify(warned.content)).not.toContain('imag"');
    expect((await ask('Ignore')).headers['warning']).toBeUndefined();
  });

  it('keep secrets as bytes', async () => {
    const body = { metadata: { name: 's' }, stringData: { key: 'value' } };
    const made = await core.createNamespacedSecret({ namespace, body });
    expect([made.data, made.stringData, made.type]).toEqual([{ key: 'dmFsdWU=' }, undefined, 'Opaque']);
    const broken = {
      metadata: { name: 'd' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': 'bm8=' },
    };
    expect(await refusalOf(core.createNamespacedSecret({ namespace, body: broken }))).toMatchObject({ code: 422 });
  });
});

describe('lists', () => {
  it('choose by labels and fields', async () => {
    for (const [name, labels] of [
      ['a', { app: 'x' }],
      ['b', { app: 'y', tier: 'z' }],
      ['c', {}],
    ] as const)
      await core.createNamespacedConfigMap({ namespace, body: named(name, {}, labels) });
    const namesBy = async (labelSelector: string, fieldSelector?: string) =>
      (
        await core.listNamespacedConfigMap({
          namespace,
          labelSelector,
          ...(fieldSelector !== undefined && { fieldSelector }),
        })
      ).items.map((one) => one.metadata?.name);
    expect(await namesBy('app=x')).toEqual(['a']);
    expect(await namesBy('app!=x')).toEqual(['b', 'c']);
    expect(await namesBy('app in (x, y),tier')).toEqual(['b']);
    expect(await namesBy('app notin (x)')).toEqual(['b', 'c']);
    expect(await namesBy('!app')).toEqual(['c']);
    expect(await namesBy('', 'metadata.name=b')).toEqual(['b']);
    expect(await refusalOf(namesBy('app=='.repeat(2)))).toMatchObject({ code: 400 });
    expect(await refusalOf(namesBy('', 'data.x=1'))).toMatchObject({
      code: 400,
      message: 'field label not supported: data.x',
    });
  });

  it('come in pages, until what they began with is forgotten', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await core.createNamespacedConfigMap({ namespace, body: named(name) });
    const first = await core.listNamespacedConfigMap({ namespace, limit: 2 });
    expect(first.metadata).toMatchObject({ remainingItemCount: 3, _continue: expect.any(String) });
    const _continue = first.metadata?._continue ?? '';
    const second = await core.listNamespacedConfigMap({ namespace, limit: 2, _continue });
    expect([...first.items, ...second.items].map(({ metadata }) => metadata?.name)).toEqual(['a', 'b', 'c', 'd']);
    await core.createNamespacedConfigMap({ namespace, body: named('f') });
    cluster.simulator.faults.compact();
    const late = core.listNamespacedConfigMap({ namespace, limit: 2, _continue });
    expect(await refusalOf(late)).toMatchObject({ code: 410, reason: 'Expired' });
  });

  it('are deleted at once', async () => {
    for (const name of ['a', 'b', 'c'])
      await core.createNamespacedConfigMap({ namespace, body: named(name, {}, { app: name < 'c' ? 'x' : 'y' }) });
    await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'app=x' });
    expect((await core.listNamespacedConfigMap({ namespace })).items.map(({ metadata }) => metadata?.name)).toEqual([
      'c',
    ]);
  });
});

describe('patches', () => {
  const with_ = (strategy: (typeof PatchStrategy)[keyof typeof PatchStrategy]) =>
    setHeaderOptions('Content-Type', strategy);

  it('merge', async () => {
    await core.createNamespacedConfigMap({ namespace, body: named('m', { a: '1', b: '2' }) });
    const body = { data: { a: null, c: '3' } };
    const made = await core.patchNamespacedConfigMap({ namespace, name: 'm', body }, with_(PatchStrategy.MergePatch));
    expect(made.data).toEqual({ b: '2', c: '3' });
  });

  it('are operations', async () => {
    await core.createNamespacedConfigMap({ namespace, body: named('m', { a: '1' }) });
    const patch = (body: object) =>
      core.patchNamespacedConfigMap({ namespace, name: 'm', body }, with_(PatchStrategy.JsonPatch));
    const made = await patch([
      { op: 'test', path: '/data/a', value: '1' },
      { op: 'add', path: '/data/b', value: '2' },
    ]);
    expect(made.data).toEqual({ a: '1', b: '2' });
    expect(await refusalOf(patch([{ op: 'test', path: '/data/a', value: '9' }]))).toMatchObject({ code: 422 });
  });

  it('merge lists by their keys where the kind has some', async () => {
    const ports = [
      { port: 1, protocol: 'TCP', name: 'a' },
      { port: 2, protocol: 'TCP', name: 'b' },
    ];
    await core.createNamespacedService({ namespace, body: { metadata: { name: 's' }, spec: { ports } } });
    const body = {
      spec: {
        ports: [
          { port: 2, protocol: 'TCP', name: 'c' },
          { port: 3, protocol: 'TCP', name: 'd' },
        ],
      },
    };
    const made = await core.patchNamespacedService(
      { namespace, name: 's', body },
      with_(PatchStrategy.StrategicMergePatch),
    );
    expect(made.spec?.ports?.map(({ port, name }) => [port, name])).toEqual([
      [1, 'a'],
      [2, 'c'],
      [3, 'd'],
    ]);
  });
});

describe('owners', () => {
  const owned = async (name: string) => {
    const owner = await core.createNamespacedConfigMap({ namespace, body: named('owner') });
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata?.uid ?? '' }];
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name, ownerReferences } } });
  };
  const names = async () =>
    (await core.listNamespacedConfigMap({ namespace })).items.map(({ metadata }) => metadata?.name);

  it.each(['Background', 'Foreground'])('take with them what they own: %s', async (propagationPolicy) => {
    await owned('dependent');
    await core.deleteNamespacedConfigMap({ namespace, name: 'owner', propagationPolicy });
    expect(await names()).toEqual([]);
  });

  it('leave it when asked to', async () => {
    await owned('dependent');
    await core.deleteNamespacedConfigMap({ namespace, name: 'owner', propagationPolicy: 'Orphan' });
    expect(await names()).toEqual(['dependent']);
  });

  it('a namespace takes all that is in it', async () => {
    await owned('dependent');
    expect(await core.deleteNamespace({ name: namespace })).toMatchObject({ status: { phase: 'Terminating' } });
    expect(await refusalOf(core.readNamespace({ name: namespace }))).toMatchObject({ code: 404 });
    expect(
      (await core.listConfigMapForAllNamespaces()).items.some(({ metadata }) => metadata?.namespace === namespace),
    ).toBe(false);
  });

  it('an object with finalizers waits for them', async () => {
    await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: 'held', finalizers: ['example.com/hold'] } },
    });
    await core.deleteNamespacedConfigMap({ namespace, name: 'held' });
    const held = await core.readNamespacedConfigMap({ namespace, name: 'held' });
    expect(held.metadata?.deletionTimestamp).toBeDefined();
    await core.replaceNamespacedConfigMap({
      namespace,
      name: 'held',
      body: { ...held, metadata: { ...held.metadata, finalizers: [] } },
    });
    expect(await names()).toEqual([]);
  });
});
