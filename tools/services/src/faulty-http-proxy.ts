import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from './service-process.ts';

/** What goes wrong with a request on its way. */
export type HttpFault =
  /** The connection ends before the server hears of it. */
  | { readonly kind: 'drop' }
  /** The server does it, and the connection ends before its answer. */
  | { readonly kind: 'drop-answer' }
  /** The connection ends after so many bytes of the answer's body. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** Somebody else answers. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** It takes longer. */
  | { readonly kind: 'delay'; readonly ms: number };

export interface ProxiedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** The first is 1. */
  readonly number: number;
}

export interface FaultyHttpProxy extends Service {
  readonly endpoint: string;
  /** All that have come. */
  readonly requests: readonly ProxiedRequest[];
}

/** An HTTP proxy before a server of the tests, on loopback, that does to each request what `faultOf` says. */
export async function startFaultyHttpProxy(
  targetPort: number,
  faultOf: (request: ProxiedRequest) => HttpFault | undefined,
): Promise<FaultyHttpProxy> {
  const requests: ProxiedRequest[] = [];
  const server = createServer((incoming, response) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const request = { method, path, headers, number: requests.length + 1 };
    requests.push(request);
    passOn(incoming, response, targetPort, faultOf(request)).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no TCP port');
  return {
    port: address.port,
    endpoint: `http://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function passOn(
  incoming: IncomingMessage,
  response: ServerResponse,
  port: number,
  fault: HttpFault | undefined,
): Promise<void> {
  if (fault?.kind === 'drop') {
    incoming.socket.destroy();
    return;
  }
  if (fault?.kind === 'answer') {
    incoming.resume();
    await once(incoming, 'end');
    response.writeHead(fault.status, fault.headers).end(incoming.method === 'HEAD' ? undefined : fault.body);
    return;
  }
  if (fault?.kind === 'delay') await delay(fault.ms);
  const { method = 'GET', url: path = '/', rawHeaders } = incoming;
  const outgoing = httpRequest({ host: '127.0.0.1', port, method, path, headers: rawHeaders });
  incoming.pipe(outgoing);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]; // what the event gives
  if (fault?.kind === 'drop-answer') {
    answer.resume();
    await once(answer, 'end');
    incoming.socket.destroy();
    return;
  }
  response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
  let left = fault?.kind === 'cut' ? fault.bytes : Number.POSITIVE_INFINITY;
  for await (const chunk of answer) {
    const bytes = chunk as Buffer; // no encoding is set
    const sent = bytes.subarray(0, left);
    left -= sent.length;
    if (!response.write(sent) && left > 0) await once(response, 'drain');
    if (left > 0) continue;
    // What was written is to arrive first.
    await delay(20);
    incoming.socket.destroy();
    return;
  }
  response.end();
}
