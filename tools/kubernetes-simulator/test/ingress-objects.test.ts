import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { IngressExposure, IngressKind } from '../src/index.ts';
import { startCluster } from './cluster.ts';
import { condition, create, service, until } from './serving.ts';

const SERVICES = {
  kourier: ['kourier-system', 'kourier'],
  istio: ['istio-system', 'istio-ingressgateway'],
  contour: ['contour-external', 'envoy'],
} as const;

describe('clients find the ingress', () => {
  it.each<[Exclude<IngressKind, 'none'>, IngressExposure]>([
    ['kourier', 'load-balancer-ip'],
    ['istio', 'load-balancer-hostname'],
    ['contour', 'node-port'],
  ])('of %s by its %s', async (ingress, exposure) => {
    await using cluster = await startCluster({ ingress, exposure, domain: 'my.domain' });
    const { core } = cluster.as();
    const [namespace, name] = SERVICES[ingress];
    const { spec, status } = await core.readNamespacedService({ namespace, name });
    const { data } = await core.readNamespacedConfigMap({ namespace: 'knative-serving', name: 'config-domain' });
    expect(data).toEqual({ 'my.domain': '' });
    const [port] = spec?.ports ?? [];
    const node = (await core.listNode()).items[0]?.status?.addresses?.find(
      ({ type }) => type === 'InternalIP',
    )?.address;
    const [balancer] = status?.loadBalancer?.ingress ?? [];
    expect(spec?.type).toBe(exposure === 'node-port' ? 'NodePort' : 'LoadBalancer');
    const where =
      exposure === 'node-port' ? `${node}:${port?.nodePort}` : `${balancer?.ip ?? balancer?.hostname}:${port?.port}`;
    expect(new URL(`http://${where}`).href).toBe(new URL(cluster.simulator.ingressUrl).href);
    const asked = request(`http://${where}/`, { headers: { host: 'nobody.default.my.domain' } }).end();
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(404);
    response.resume();
  });

  it('unless there is none', async () => {
    await using cluster = await startCluster();
    const { core, custom } = cluster.as();
    const clients = cluster.as();
    cluster.simulator.faults.installIngress('none');
    const { items } = await core.listServiceForAllNamespaces();
    expect(items).toEqual([]);
    await create(custom, service('unreachable'));
    const waits = (status: Parameters<typeof condition>[0]) =>
      condition(status, 'RoutesReady')?.reason === 'IngressNotConfigured';
    const status = await until(clients, 'unreachable', waits);
    expect(condition(status, 'RoutesReady')).toMatchObject({
      status: 'Unknown',
      message: 'Ingress has not yet been reconciled.',
    });
    cluster.simulator.faults.installIngress('istio');
    await until(clients, 'unreachable', (one) => condition(one, 'RoutesReady')?.status === 'True');
  });
});
