import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type DockerEngine, startDockerEngine } from '@lithops-tools/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begin, type Clients, call, startCluster, type TestCluster } from './cluster.ts';
import { buildEcho, create, isReady, service, until } from './serving.ts';

let engine: DockerEngine;
let cluster: TestCluster;
let clients: Clients;

beforeAll(async () => {
  engine = await startDockerEngine();
  await buildEcho(engine);
  cluster = await startCluster({ engine, restartMs: 200 });
  clients = cluster.as();
  const one = { 'autoscaling.knative.dev/min-scale': '1', 'autoscaling.knative.dev/max-scale': '1' };
  await create(clients.custom, service('plain', {}, one));
  await create(clients.custom, service('single', { containerConcurrency: 1, timeoutSeconds: 2 }, one));
  await create(clients.custom, service('idle', { timeoutSeconds: 30, idleTimeoutSeconds: 1 }, one));
  for (const name of ['plain', 'single', 'idle']) await until(clients, name, isReady);
});

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
});

const podOf = async (name: string) => {
  const labelSelector = `serving.knative.dev/service=${name}`;
  const { items } = await clients.core.listNamespacedPod({ namespace: 'default', labelSelector });
  return items[0]?.metadata?.name ?? '';
};

const isPodReady = async (name: string) => {
  const labelSelector = `serving.knative.dev/service=${name}`;
  const { items } = await clients.core.listNamespacedPod({ namespace: 'default', labelSelector });
  return items[0]?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
};

describe('the ingress', () => {
  it('passes parts of an answer on as they come', async () => {
    const response = await begin(cluster.simulator, 'plain', '/parts?count=3&ms=400');
    const [first]: Buffer[] = await once(response, 'data');
    expect(first?.toString()).toBe('part 0\n');
    expect(await text(response)).toBe('part 1\npart 2\n');
  });

  it('lets requests wait for a pod, and gives up when their time is over', async () => {
    const answers = await Promise.all([
      call(cluster.simulator, 'single', '/hold?ms=1500'),
      call(cluster.simulator, 'single', '/hold?ms=1500'),
    ]);
    expect(answers.map(([code]) => code).sort()).toEqual([200, 504]);
    expect(answers.find(([code]) => code === 504)?.[1]).toBe('request timeout\n');
  });

  it('cuts an answer that takes too long to its end', async () => {
    const response = await begin(cluster.simulator, 'single', '/parts?count=100&ms=100');
    await expect(text(response)).rejects.toThrow('aborted');
  });

  it('gives up on an answer that stands still', async () => {
    expect(await call(cluster.simulator, 'idle', '/hold?ms=5000')).toEqual([504, 'request timeout\n']);
    expect((await call(cluster.simulator, 'idle', '/hold?ms=500'))[0]).toBe(200);
  });

  it('cuts the connection when the container dies, and answers again when it is back', async () => {
    const response = await begin(cluster.simulator, 'plain', '/parts?count=100&ms=100');
    await once(response, 'data');
    await cluster.simulator.kill(await podOf('plain'));
    await expect(text(response)).rejects.toThrow('aborted');
    for (let tries = 0; tries < 200 && !(await isPodReady('plain')); tries++) await delay(50);
    expect((await call(cluster.simulator, 'plain'))[0]).toBe(200);
  });

  it('tells the container that its client has gone', async () => {
    const response = await begin(cluster.simulator, 'single', '/parts?count=100&ms=50');
    await once(response, 'data');
    response.destroy();
    // Its only place is free again long before it would have ended.
    expect((await call(cluster.simulator, 'single', '/hold?ms=1'))[0]).toBe(200);
  });

  it('has the place of a request back whenever its client goes, also as the answer ends', async () => {
    for (let round = 0; round < 100; round++) {
      const response = await begin(cluster.simulator, 'single', '/parts?count=1&ms=1');
      await once(response, 'data');
      response.destroy();
    }
    expect((await call(cluster.simulator, 'single', '/hold?ms=1'))[0]).toBe(200);
  });

  it('knows no other hosts', async () => {
    expect(await call(cluster.simulator, 'unknown')).toEqual([404, '']);
  });
});

describe('faults', () => {
  it.each([429, 502, 503, 504])('answer %s as often as they are to', async (status) => {
    cluster.simulator.faults.ingress({ host: 'plain.', status, times: 1 });
    expect((await call(cluster.simulator, 'plain'))[0]).toBe(status);
    expect((await call(cluster.simulator, 'plain'))[0]).toBe(200);
  });

  it('cut the connection before and after the container has the request, or in the middle', async () => {
    const { faults } = cluster.simulator;
    for (const cut of ['before', 'after'] as const) {
      faults.ingress({ cut, times: 1 });
      await expect(call(cluster.simulator, 'plain', '/hold?ms=200')).rejects.toThrow('socket hang up');
    }
    faults.ingress({ cut: 10, times: 1 });
    const response = await begin(cluster.simulator, 'plain', '/parts?count=3&ms=10');
    await expect(text(response)).rejects.toThrow('aborted');
  });

  it('end an answer too early, as if it were whole', async () => {
    cluster.simulator.faults.ingress({ truncateAfter: 10, times: 1 });
    expect(await call(cluster.simulator, 'plain', '/parts?count=3&ms=10')).toEqual([200, 'part 0\npar']);
  });
});

describe('the network of pods', () => {
  it('reaches what is exposed to it', async () => {
    await using service_ = await listening();
    const address = await cluster.simulator.expose(service_.port);
    expect(await (await fetch(`http://${address}`)).text()).toBe('from here');
    const command = ['node', '-e', `fetch('http://${address}').then((r) => r.text()).then(console.log)`];
    const container = { name: 'main', image: 'lithops-test/knative-echo:2', command };
    const body = { metadata: { name: 'asks' }, spec: { restartPolicy: 'Never', containers: [container] } };
    await clients.core.createNamespacedPod({ namespace: 'default', body });
    const phase = async () =>
      (await clients.core.readNamespacedPod({ namespace: 'default', name: 'asks' })).status?.phase;
    for (let tries = 0; tries < 200 && (await phase()) !== 'Succeeded'; tries++) await delay(50);
    expect(await clients.core.readNamespacedPodLog({ namespace: 'default', name: 'asks' })).toBe('from here\n');
  });
});

async function listening() {
  const { createServer } = await import('node:http');
  const server = createServer((_, response) => response.end('from here')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
