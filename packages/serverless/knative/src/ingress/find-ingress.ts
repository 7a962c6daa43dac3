import { lookup } from 'node:dns/promises';
import { ConfigError, InvocationError } from '@lithops/core/plugin';
import type { Cluster } from '../cluster/cluster.ts';
import type { KnativeService } from '../service/knative-service.ts';
import { gatewayAddress } from './gateway-address.ts';
import { INGRESS_SERVICES, type NetworkingLayer } from './ingress-services.ts';

/** Where requests for a service are sent, and the host that they are for. */
export interface IngressAddress {
  readonly url: URL;
  readonly host: string;
}

export interface IngressRequest {
  readonly ingressEndpoint?: string | undefined;
  readonly networkingLayer?: NetworkingLayer | undefined;
}

/**
 * What is configured; in a pod of the cluster the service's own address there; a gateway with an address outside; the name of
 * the service, where DNS knows it; a port of a node.
 * @throws ConfigError saying where was looked
 */
export async function findIngress(
  cluster: Cluster,
  service: KnativeService,
  { ingressEndpoint, networkingLayer }: IngressRequest,
): Promise<IngressAddress> {
  const outside = service.status?.url;
  if (outside === undefined)
    throw new InvocationError(`Knative service ${service.metadata.name} has no address`, {
      hint: 'is a networking layer installed (Kourier, Istio, Contour)? see kubectl describe route',
    });
  const { host, protocol } = new URL(outside);
  const scheme = protocol === 'https:' ? 'https' : 'http';
  if (ingressEndpoint !== undefined) return { url: endpointUrl(ingressEndpoint, scheme), host };
  const inside = service.status?.address?.url;
  if (cluster.inCluster && inside !== undefined) return { url: new URL(inside), host: new URL(inside).host };
  const search = new IngressSearch(cluster, scheme);
  const gateway = await search.gateways(networkingLayer);
  if (gateway?.isBalanced === true) return { url: gateway.url, host };
  if (await isKnown(host)) return { url: new URL(outside), host };
  if (gateway !== undefined) return { url: gateway.url, host };
  throw new ConfigError(`it was not found how the ingress of the cluster is reached: ${search.looked.join('; ')}`, {
    hint: 'set ingress_endpoint, for example to http://127.0.0.1:8080 with kubectl port-forward -n kourier-system service/kourier 8080:80',
  });
}

class IngressSearch {
  /** What was found where, for who has to find out. */
  readonly looked: string[] = [];
  readonly #cluster: Cluster;
  readonly #scheme: 'http' | 'https';

  constructor(cluster: Cluster, scheme: 'http' | 'https') {
    this.#cluster = cluster;
    this.#scheme = scheme;
  }

  /** The first gateway that has an address, or else one that a port of a node leads to. */
  async gateways(
    layer: NetworkingLayer | undefined,
  ): Promise<{ readonly url: URL; readonly isBalanced: boolean } | undefined> {
    const layers = layer === undefined ? (Object.keys(INGRESS_SERVICES) as NetworkingLayer[]) : [layer]; // its keys
    let ofNode: URL | undefined;
    for (const { namespace, name } of layers.flatMap((each) => [...INGRESS_SERVICES[each]])) {
      const where = `service ${namespace}/${name}`;
      try {
        const found = await this.#cluster.findNetworkService(namespace, name);
        if (found === undefined) {
          this.looked.push(`there is no ${where}`);
          continue;
        }
        const address = gatewayAddress(found, this.#scheme, () => this.#cluster.listNodes());
        if (address instanceof URL) return { url: address, isBalanced: true };
        const url = await address;
        ofNode ??= url;
        if (url === undefined)
          this.looked.push(`${where} has neither an address nor a port on nodes for ${this.#scheme}`);
      } catch (error) {
        this.looked.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
      }
    }
    return ofNode === undefined ? undefined : { url: ofNode, isBalanced: false };
  }
}

/** Names that nobody owns are never in DNS, whatever a resolver answers. */
async function isKnown(host: string): Promise<boolean> {
  const name = host.replace(/:\d+$/, '');
  if (/(?:^|\.)(?:example\.com|svc\.cluster\.local|localhost|local|invalid)$/.test(name)) return false;
  return lookup(name).then(
    () => true,
    () => false,
  );
}

function endpointUrl(text: string, scheme: string): URL {
  return new URL(/^https?:\/\//.test(text) ? text : `${scheme}://${text}`);
}
