import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { IngressAddress, IngressExposure } from './ingress-objects.ts';
import type { IngressProxy } from './ingress-proxy.ts';

const NODE_PORTS = [30_000, 32_768] as const;
const ATTEMPTS = 20;

export interface IngressListener extends AsyncDisposable {
  readonly address: IngressAddress;
}

/** Listens where the ingress is to be found. Port 80 of a loopback address needs root, as the engine does. */
export async function listenForIngress(proxy: IngressProxy, exposure: IngressExposure): Promise<IngressListener> {
  const server = createServer((request, response) => void proxy.handle(request, response));
  server.on('connection', (socket) => socket.setNoDelay(true));
  server.requestTimeout = 0;
  const address = await listen(server, exposure);
  return {
    address,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function listen(server: Server, exposure: IngressExposure): Promise<IngressAddress> {
  for (let attempt = 1; ; attempt++) {
    const { host, port } = candidate(exposure);
    try {
      server.listen(port, host);
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no TCP port could be had');
      return { exposure, host: exposure === 'load-balancer-hostname' ? 'localhost' : host, port: address.port };
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

function candidate(exposure: IngressExposure): { readonly host: string; readonly port: number } {
  if (exposure === 'load-balancer-ip')
    return { host: `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`, port: 80 };
  return { host: '127.0.0.1', port: exposure === 'node-port' ? randomInt(...NODE_PORTS) : 0 };
}
