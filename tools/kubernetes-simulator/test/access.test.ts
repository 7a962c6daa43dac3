import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientsOf, configMap, refusalOf, startCluster, type TestCluster } from './cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startCluster({
    users: [
      { name: 'nobody', rules: [] },
      {
        name: 'reader',
        rules: [
          { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'patch'], namespaces: ['default'] },
        ],
      },
    ],
  });
});

afterAll(() => cluster?.[Symbol.asyncDispose]());

const SERVICES = { group: 'serving.knative.dev', version: 'v1', namespace: 'default', plural: 'services' };

describe('who may do what', () => {
  it('needs a token that is known', async () => {
    const stranger = clientsOf(cluster.simulator.kubeconfig().replace(/token: .*/, 'token: unknown'));
    expect(await refusalOf(stranger.core.listNamespace())).toMatchObject({ code: 401 });
  });

  it('is refused in the words of the API', async () => {
    const { custom, core } = cluster.as('nobody');
    expect(await refusalOf(custom.listNamespacedCustomObject(SERVICES))).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'services.serving.knative.dev is forbidden: User "nobody" cannot list resource "services" in API group "serving.knative.dev" in the namespace "default"',
    });
    expect(await refusalOf(core.readNamespace({ name: 'default' }))).toMatchObject({
      message:
        'namespaces "default" is forbidden: User "nobody" cannot get resource "namespaces" in API group "" at the cluster scope',
    });
  });

  it('is what the rules say, namespace by namespace', async () => {
    const { core, authorization } = cluster.as('reader');
    await core.listNamespacedConfigMap({ namespace: 'default' });
    expect(await refusalOf(core.listNamespacedConfigMap({ namespace: 'kube-system' }))).toMatchObject({ code: 403 });
    expect(
      await refusalOf(core.createNamespacedConfigMap({ namespace: 'default', body: configMap('x') })),
    ).toMatchObject({ code: 403 });
    const may = async (verb: string) =>
      (
        await authorization.createSelfSubjectAccessReview({
          body: { spec: { resourceAttributes: { group: '', resource: 'configmaps', verb, namespace: 'default' } } },
        })
      ).status?.allowed;
    expect([await may('get'), await may('delete')]).toEqual([true, false]);
  });
});

describe('faults', () => {
  it.each([
    [429, 'TooManyRequests'],
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
  ])('answer %s as often as they are to', async (status, reason) => {
    const { core } = cluster.as();
    cluster.simulator.faults.api({ verb: 'list', resource: 'configmaps', status, times: 2, retryAfterSeconds: 3 });
    for (let time = 0; time < 2; time++)
      expect(await refusalOf(core.listNamespacedConfigMap({ namespace: 'default' }))).toMatchObject({
        code: status,
        reason,
        details: { retryAfterSeconds: 3 },
      });
    await core.listNamespacedConfigMap({ namespace: 'default' });
  });

  it.each(['before', 'after', 'within'] as const)('cut the connection: %s', async (cut) => {
    const { core } = cluster.as();
    const name = `cut-${cut}`;
    cluster.simulator.faults.api({ verb: 'create', cut, times: 1 });
    await expect(core.createNamespacedConfigMap({ namespace: 'default', body: configMap(name) })).rejects.toThrow();
    const names = (await core.listNamespacedConfigMap({ namespace: 'default' })).items.map(
      ({ metadata }) => metadata?.name,
    );
    expect(names.includes(name)).toBe(cut !== 'before');
  });
});
