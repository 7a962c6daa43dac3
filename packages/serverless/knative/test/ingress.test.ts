import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Node, V1Service } from '@kubernetes/client-node';
import { ConfigError } from '@lithops/core/plugin';
import {
  type KubernetesSimulator,
  type SimulatorOptions,
  startKubernetesSimulator,
} from '@lithops-tools/kubernetes-simulator';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cluster } from '../src/cluster/cluster.ts';
import { loadKubeConfig } from '../src/cluster/load-kube-config.ts';
import { findIngress } from '../src/ingress/find-ingress.ts';
import { gatewayAddress } from '../src/ingress/gateway-address.ts';
import type { KnativeService } from '../src/service/knative-service.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lithops-ingress-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function cluster(options: SimulatorOptions = {}) {
  const simulator = await startKubernetesSimulator(options);
  const kubecfgPath = join(folder, 'kubeconfig');
  writeFileSync(kubecfgPath, simulator.kubeconfig());
  const api = new Cluster(loadKubeConfig({ kubecfgPath }));
  return { simulator, api, [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose]() };
}

/** A service that is ready, as far as its addresses go. */
function serviceAt(url = 'http://worker.default.example.com'): KnativeService {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'worker', namespace: 'default' },
    spec: { template: { metadata: {}, spec: {} } },
    status: { url, address: { url: 'http://worker.default.svc.cluster.local' } },
  };
}

/** Whether the ingress of a simulated cluster answers there: it knows no such host, and says so. */
async function answers(url: URL, { ingressRequests }: KubernetesSimulator): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const before = ingressRequests.length;
  request(url, { headers: { host: 'nobody.example.com' }, agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode);
  })
    .on('error', reject)
    .end();
  return (await promise) === 404 && ingressRequests.length === before + 1;
}

describe('the ingress of a cluster', { timeout: 60_000 }, () => {
  it.each(['load-balancer-ip', 'load-balancer-hostname', 'node-port'] as const)(
    'is found by its %s, whichever layer it is',
    async (exposure) => {
      await using found = await cluster({ exposure });
      const { simulator, api } = found;
      for (const layer of ['kourier', 'istio', 'contour'] as const) {
        simulator.faults.installIngress(layer);
        for (const networkingLayer of [undefined, layer]) {
          const { url, host } = await findIngress(api, serviceAt(), { networkingLayer });
          expect(host).toBe('worker.default.example.com');
          expect(await answers(url, simulator)).toBe(true);
        }
        const other = layer === 'kourier' ? 'istio' : 'kourier';
        const error = await findIngress(api, serviceAt(), { networkingLayer: other }).catch((each: unknown) => each);
        expect(error).toBeInstanceOf(ConfigError);
        expect((error as Error).message).toMatch(/there is no service (?:istio|kourier)-/);
      }
    },
  );

  it('is where it is said to be, before all else', async () => {
    await using found = await cluster();
    const { api } = found;
    const at = async (ingressEndpoint: string, url?: string) =>
      (await findIngress(api, serviceAt(url), { ingressEndpoint })).url.href;
    expect(await at('10.0.0.1:31080')).toBe('http://10.0.0.1:31080/');
    expect(await at('10.0.0.1:31443', 'https://worker.default.example.com')).toBe('https://10.0.0.1:31443/');
    expect(await at('http://ingress.example.com')).toBe('http://ingress.example.com/');
    expect(found.simulator.requests.filter((each) => each.includes('nodes'))).toEqual([]);
  });

  it('is the domain itself, where that leads somewhere and there is no balancer', async () => {
    await using found = await cluster({ exposure: 'node-port' });
    // An address needs no DNS to be found.
    const { url, host } = await findIngress(found.api, serviceAt('http://127.0.0.1'), {});
    expect([url.href, host]).toEqual(['http://127.0.0.1/', '127.0.0.1']);
    const unknown = await findIngress(found.api, serviceAt('http://worker.team.invalid'), {});
    expect(unknown.url.port).not.toBe('');
    expect(unknown.host).toBe('worker.team.invalid');
  });

  it('is not needed in a pod, which has the credentials of its service account', async () => {
    await using found = await cluster();
    const { simulator } = found;
    const account = join(folder, 'var/run/secrets/kubernetes.io/serviceaccount');
    mkdirSync(account, { recursive: true });
    writeFileSync(join(account, 'token'), simulator.token('admin'));
    writeFileSync(join(account, 'ca.crt'), simulator.certificateAuthority);
    writeFileSync(join(account, 'namespace'), 'default\n');
    vi.stubEnv('HOME', folder);
    vi.stubEnv('KUBECONFIG', undefined);
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '127.0.0.1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', new URL(simulator.url).port);
    const api = new Cluster(loadKubeConfig({}, folder));
    expect([api.inCluster, api.namespace]).toEqual([true, 'default']);
    expect(await api.listServices('')).toEqual([]);
    const { url, host } = await findIngress(api, serviceAt(), {});
    expect([url.href, host]).toEqual(['http://worker.default.svc.cluster.local/', 'worker.default.svc.cluster.local']);
  });
});

describe('the address of a gateway', () => {
  const ports = [
    { name: 'http2', port: 80, nodePort: 31080 },
    { name: 'https', port: 443, nodePort: 31443 },
  ];
  const nodes: V1Node[] = [
    node('False', { ExternalIP: '203.0.113.9' }),
    node('True', { InternalIP: '10.0.0.5', Hostname: 'worker-1' }),
    node('True', { InternalIP: '10.0.0.6', ExternalIP: '203.0.113.7' }),
  ];

  it.each<[string, 'http' | 'https', V1Service, string | undefined]>([
    ['an address of a balancer', 'http', balanced({ ip: '203.0.113.1' }), 'http://203.0.113.1/'],
    ['an address of six', 'http', balanced({ ip: '2001:db8::1' }), 'http://[2001:db8::1]/'],
    ['a name of a balancer, with TLS', 'https', balanced({ hostname: 'lb.example.com' }), 'https://lb.example.com/'],
    ['an external address', 'http', { spec: { ports, externalIPs: ['203.0.113.2'] } }, 'http://203.0.113.2/'],
    ['a port of a ready node, at its outer address', 'http', { spec: { ports } }, 'http://203.0.113.7:31080/'],
    ['the port of a node with TLS', 'https', { spec: { ports } }, 'https://203.0.113.7:31443/'],
    ['no port for TLS', 'https', { spec: { ports: ports.slice(0, 1) } }, undefined],
    ['neither balancer nor port of nodes', 'http', { spec: { ports: [{ name: 'http2', port: 80 }] } }, undefined],
  ])('with %s', async (_, scheme, service, expected) => {
    const address = await gatewayAddress(service, scheme, async () => nodes);
    expect(address?.href).toBe(expected);
  });

  it('is an inner one of a node that has no other', async () => {
    const address = await gatewayAddress({ spec: { ports } }, 'http', async () => nodes.slice(0, 2));
    expect(address?.href).toBe('http://10.0.0.5:31080/');
    expect(await gatewayAddress({ spec: { ports } }, 'http', async () => nodes.slice(0, 1))).toBeUndefined();
  });

  function balanced(ingress: { readonly ip?: string; readonly hostname?: string }): V1Service {
    return { spec: { ports }, status: { loadBalancer: { ingress: [ingress] } } };
  }

  function node(ready: string, addresses: Readonly<Record<string, string>>): V1Node {
    return {
      status: {
        conditions: [{ type: 'Ready', status: ready }],
        addresses: Object.entries(addresses).map(([type, address]) => ({ type, address })),
      },
    };
  }
});
