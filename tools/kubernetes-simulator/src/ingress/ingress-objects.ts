import { NAMESPACES, SERVICES } from '../objects/kinds.ts';
import type { ObjectStore } from '../objects/object-store.ts';

export type IngressKind = 'kourier' | 'istio' | 'contour' | 'none';
/** How the ingress is reached from outside of the cluster. */
export type IngressExposure = 'load-balancer-ip' | 'load-balancer-hostname' | 'node-port';

export interface IngressAddress {
  readonly exposure: IngressExposure;
  readonly host: string;
  readonly port: number;
}

/** The Service of an ingress, as each layer installs it. */
const SERVICE_OF = {
  kourier: { namespace: 'kourier-system', name: 'kourier', port: 'http2', selector: { app: '3scale-kourier-gateway' } },
  istio: {
    namespace: 'istio-system',
    name: 'istio-ingressgateway',
    port: 'http2',
    selector: { istio: 'ingressgateway' },
  },
  contour: { namespace: 'contour-external', name: 'envoy', port: 'http', selector: { app: 'envoy' } },
};

export function removeIngress(store: ObjectStore): void {
  for (const { namespace, name } of Object.values(SERVICE_OF))
    if (store.find(SERVICES, namespace, name) !== undefined) store.delete(SERVICES, namespace, name);
}

/** Puts the objects into the cluster by which clients find the ingress. */
export function installIngress(store: ObjectStore, kind: Exclude<IngressKind, 'none'>, address: IngressAddress): void {
  const { namespace, name, port, selector } = SERVICE_OF[kind];
  if (store.find(NAMESPACES, '', namespace) === undefined)
    store.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { 'kubernetes.io/metadata.name': namespace } },
      status: { phase: 'Active' },
    });
  const isNodePort = address.exposure === 'node-port';
  const given = address.exposure === 'load-balancer-ip' ? { ip: address.host } : { hostname: address.host };
  store.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { 'networking.knative.dev/ingress-provider': kind } },
    spec: {
      type: isNodePort ? 'NodePort' : 'LoadBalancer',
      clusterIP: '10.96.0.80',
      selector,
      ports: [
        {
          name: port,
          port: isNodePort ? 80 : address.port,
          protocol: 'TCP',
          targetPort: 8080,
          ...(isNodePort && { nodePort: address.port }),
        },
      ],
    },
    status: { loadBalancer: isNodePort ? {} : { ingress: [given] } },
  });
}
