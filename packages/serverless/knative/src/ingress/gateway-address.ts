import type { V1Node, V1Service } from '@kubernetes/client-node';

const PORTS = { http: 80, https: 443 } as const;

/** Where a gateway is reached from outside; undefined when its service says nothing of it (yet). */
export function gatewayAddress(
  { spec, status }: V1Service,
  scheme: keyof typeof PORTS,
  nodes: () => Promise<readonly V1Node[]>,
): URL | undefined | Promise<URL | undefined> {
  const ports = spec?.ports ?? [];
  const port =
    ports.find((each) => each.port === PORTS[scheme]) ??
    ports.find(({ name }) => name === scheme || (scheme === 'http' && name === 'http2'));
  if (port === undefined) return undefined;
  const [balancer] = status?.loadBalancer?.ingress ?? [];
  const host = balancer?.ip ?? balancer?.hostname ?? spec?.externalIPs?.[0];
  if (host !== undefined) return addressOf(scheme, host, port.port);
  const { nodePort } = port;
  if (nodePort === undefined) return undefined;
  return nodes().then((all) => {
    const node = nodeHost(all);
    return node === undefined ? undefined : addressOf(scheme, node, nodePort);
  });
}

/** A node that answers: an address of the outside, before one of the cluster's own network. */
function nodeHost(nodes: readonly V1Node[]): string | undefined {
  const ready = nodes.filter(({ status }) =>
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  for (const type of ['ExternalIP', 'ExternalDNS', 'InternalIP'])
    for (const { status } of ready) {
      const found = status?.addresses?.find((address) => address.type === type);
      if (found !== undefined) return found.address;
    }
  return undefined;
}

function addressOf(scheme: string, host: string, port: number): URL {
  return new URL(`${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}/`);
}
