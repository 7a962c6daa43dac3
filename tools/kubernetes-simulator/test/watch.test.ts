import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Watch } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clients, configMap, startCluster, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
let clients: Clients;

beforeAll(async () => {
  cluster = await startCluster();
  clients = cluster.as();
});

afterAll(() => cluster?.[Symbol.asyncDispose]());

interface Seen {
  readonly type: string;
  readonly object: {
    readonly kind: string;
    readonly code?: number;
    readonly metadata: {
      readonly name?: string;
      readonly resourceVersion: string;
      readonly annotations?: Record<string, string>;
    };
  };
}

/** The events of a watch, one after the other, and how it ended. */
async function watching(query: Record<string, string> = {}) {
  const seen: Seen[] = [];
  const arrivals = new EventTarget();
  let ended: { readonly error: unknown } | undefined;
  const tell = () => void arrivals.dispatchEvent(new Event('news'));
  const controller = await new Watch(clients.config).watch(
    '/api/v1/namespaces/default/configmaps',
    query,
    (type, object) => {
      seen.push({ type, object });
      tell();
    },
    (error) => {
      ended = { error };
      tell();
    },
  );
  return {
    stop: () => controller.abort(),
    async next(): Promise<Seen | { readonly error: unknown }> {
      for (;;) {
        const event = seen.shift();
        if (event !== undefined) return event;
        if (ended !== undefined) return ended;
        await once(arrivals, 'news');
      }
    },
  };
}

const create = (name: string, labels = {}) =>
  clients.core.createNamespacedConfigMap({ namespace: 'default', body: configMap(name, {}, labels) });
const remove = (name: string) => clients.core.deleteNamespacedConfigMap({ namespace: 'default', name });
const version = async () =>
  (await clients.core.listNamespacedConfigMap({ namespace: 'default' })).metadata?.resourceVersion ?? '';

describe('a watch', () => {
  it('tells what is there, and then what happens', async () => {
    await create('there');
    const watch = await watching();
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'there' } } });
    await create('more');
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'more' } } });
    await clients.core.replaceNamespacedConfigMap({
      namespace: 'default',
      name: 'more',
      body: configMap('more', { a: '1' }),
    });
    expect(await watch.next()).toMatchObject({ type: 'MODIFIED', object: { data: { a: '1' } } });
    await remove('more');
    expect(await watch.next()).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'more' } } });
    await remove('there');
    watch.stop();
  });

  it('goes on from where another was cut', async () => {
    const resourceVersion = await version();
    const first = await watching({ resourceVersion });
    await create('one');
    const event = await first.next();
    expect(event).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'one' } } });
    cluster.simulator.faults.cutWatches();
    expect(await first.next()).toMatchObject({ error: expect.any(Error) });
    await create('two');
    const last = 'object' in event ? event.object.metadata.resourceVersion : '';
    const second = await watching({ resourceVersion: last });
    expect(await second.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'two' } } });
    second.stop();
    await Promise.all([remove('one'), remove('two')]);
  });

  it('is told of 410 Gone when what it asks for is forgotten', async () => {
    const resourceVersion = await version();
    await create('gone');
    cluster.simulator.faults.compact();
    const watch = await watching({ resourceVersion });
    expect(await watch.next()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    expect(await watch.next()).toEqual({ error: null });
    await remove('gone');
  });

  it('is told of 410 Gone in the middle', async () => {
    const watch = await watching({ resourceVersion: await version() });
    cluster.simulator.faults.expireWatches();
    expect(await watch.next()).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  });

  it('sees only what it asked for, and what leaves that', async () => {
    const watch = await watching({ labelSelector: 'app=x', resourceVersion: await version() });
    await create('other', { app: 'y' });
    await create('mine', { app: 'x' });
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'mine' } } });
    await clients.core.replaceNamespacedConfigMap({
      namespace: 'default',
      name: 'mine',
      body: configMap('mine', {}, { app: 'y' }),
    });
    expect(await watch.next()).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'mine' } } });
    watch.stop();
    await Promise.all([remove('other'), remove('mine')]);
  });

  it('ends when its time is over', async () => {
    const watch = await watching({ timeoutSeconds: '1', resourceVersion: await version() });
    expect(await watch.next()).toEqual({ error: null });
  });

  it('marks where the first events end', async () => {
    const watch = await watching({
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    watch.stop();
    for (let tries = 0; cluster.simulator.faults.openWatches > 0 && tries < 100; tries++) await delay(20);
    expect(cluster.simulator.faults.openWatches).toBe(0);
  });
});
