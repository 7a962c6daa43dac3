import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Clients, refusalOf, startCluster, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
let clients: Clients;
let name: string;
let made = 0;

beforeAll(async () => {
  cluster = await startCluster();
  clients = cluster.as();
});

afterAll(() => cluster?.[Symbol.asyncDispose]());

beforeEach(() => {
  name = `applied-${++made}`;
});

const BY_APPLY = setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply);

function apply(fieldManager: string, data: Record<string, string>, force = false, extra: object = {}) {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...extra }, data };
  return clients.core.patchNamespacedConfigMap({ namespace: 'default', name, body, fieldManager, force }, BY_APPLY);
}

describe('server-side apply', () => {
  it('creates, changes, and says who has what', async () => {
    const first = await apply('one', { a: '1', b: '2' });
    expect(first.data).toEqual({ a: '1', b: '2' });
    expect(first.metadata?.managedFields).toMatchObject([
      {
        manager: 'one',
        operation: 'Apply',
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {} } },
      },
    ]);
    const again = await apply('one', { a: '1', b: '2' });
    expect(again.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
    expect((await apply('one', { a: '3' })).data).toEqual({ a: '3' });
  });

  it('leaves what others have, and what is theirs as well', async () => {
    await apply('one', { a: '1', shared: 's' });
    await apply('two', { b: '2', shared: 's' });
    expect((await apply('one', {})).data).toEqual({ b: '2', shared: 's' });
  });

  it('refuses to take a field from another unless forced', async () => {
    await apply('one', { a: '1' });
    const refusal = await refusalOf(apply('two', { a: '2' }));
    expect(refusal).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "one" using v1: .data.a',
      details: {
        causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one" using v1', field: '.data.a' }],
      },
    });
    const forced = await apply('two', { a: '2' }, true);
    expect(forced.data).toEqual({ a: '2' });
    expect(forced.metadata?.managedFields?.map(({ manager }) => manager)).toEqual(['two']);
    expect(await refusalOf(apply('one', { a: '1' }))).toMatchObject({ code: 409 });
  });

  it('conflicts with who has replaced the object', async () => {
    const first = await apply('one', { a: '1' });
    const { managedFields: _, ...metadata } = first.metadata ?? {};
    const body = { ...first, metadata, data: { a: '9' } };
    await clients.core.replaceNamespacedConfigMap({ namespace: 'default', name, body, fieldManager: 'editor' });
    expect(await refusalOf(apply('one', { a: '1' }))).toMatchObject({
      code: 409,
      details: { causes: [{ message: expect.stringContaining('"editor"') }] },
    });
  });

  it('merges lists by their keys', async () => {
    const service = (fieldManager: string, port: number) =>
      clients.core.patchNamespacedService(
        {
          namespace: 'default',
          name,
          fieldManager,
          body: {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { name },
            spec: { ports: [{ name: `p${port}`, port, protocol: 'TCP' }] },
          },
        },
        BY_APPLY,
      );
    await service('one', 1);
    expect((await service('two', 2)).spec?.ports?.map(({ port }) => port)).toEqual([1, 2]);
    expect((await service('one', 3)).spec?.ports?.map(({ port }) => port).sort()).toEqual([2, 3]);
  });

  it('needs a manager, the version that is asked for, and no managed fields', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
    const nobody = clients.core.patchNamespacedConfigMap({ namespace: 'default', name, body }, BY_APPLY);
    expect(await refusalOf(nobody)).toMatchObject({
      code: 422,
      message: expect.stringContaining('fieldManager: Required value'),
    });
    await apply('one', {});
    expect(await refusalOf(apply('one', {}, false, { resourceVersion: '1' }))).toMatchObject({ code: 409 });
    expect(await refusalOf(apply('one', {}, false, { managedFields: [] }))).toMatchObject({ code: 400 });
  });

  it('of two that create at once both win', async () => {
    const all = await Promise.all([apply('one', { a: '1' }), apply('two', { b: '2' })]);
    expect(new Set(all.map(({ metadata }) => metadata?.uid)).size).toBe(1);
  });
});
