import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { FaultList } from '@lithops-tools/services';
import type { IngressFault } from '../faults.ts';
import { QueueFullError, type Slot } from '../knative/request-queue.ts';
import type { Revisions } from '../knative/revisions.ts';
import type { Revision } from '../knative/serving-objects.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { revisionFor } from './host-routes.ts';
import { RequestTimeouts } from './request-timeouts.ts';

const DIAL_MS = 1_000;
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection', 'te', 'trailer'];

/** Gateway, activator and queue-proxy in one: requests go by their Host to a pod of the revision that has the traffic. */
export class IngressProxy {
  readonly faults: FaultList<IngressFault> = new FaultList();
  /** Requests so far, as `<method> <host><path>`. */
  readonly requests: string[] = [];
  readonly #store: ObjectStore;
  readonly #revisions: Revisions;
  // Each pod is asked over connections of its own requests, so that a dead one takes no other down.
  readonly #agent = new Agent({ keepAlive: false });

  constructor(store: ObjectStore, revisions: Revisions) {
    this.#store = store;
    this.#revisions = revisions;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = '' } = request.headers;
    this.requests.push(`${request.method} ${host}${request.url}`);
    const path = request.url ?? '/';
    const fault = this.faults.next((one) => host.startsWith(one.host ?? '') && path.startsWith(one.path ?? ''));
    if (fault?.delayMs !== undefined) await delay(fault.delayMs);
    if (fault?.cut === 'before') return void request.socket.destroy();
    if (fault?.status !== undefined) return refuse(request, response, fault.status, 'it is simulated');
    const revision = revisionFor(this.#store, host);
    const { namespace = '', name = '' } = revision?.metadata ?? {};
    const scaler = this.#revisions.find(namespace, name);
    if (revision === undefined || scaler === undefined) return refuse(request, response, 404, '');
    const gone = new AbortController();
    const timeouts = new RequestTimeouts(revision.spec, () => gone.abort(new RequestTimeoutError('request timeout')));
    response.once('close', () => gone.abort(new Error('the client has gone')));
    try {
      const slot = await scaler.queue.acquire(gone.signal);
      await this.#forward(request, response, slot, revision, gone.signal, timeouts, fault);
    } catch (error) {
      if (response.headersSent || response.destroyed) response.destroy();
      else if (error instanceof RequestTimeoutError) refuse(request, response, 504, 'request timeout\n');
      else if (error instanceof QueueFullError) refuse(request, response, 503, `${error.message}\n`);
      else refuse(request, response, 502, `${error instanceof Error ? error.message : ''}\n`);
    } finally {
      timeouts[Symbol.dispose]();
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  /** Passes everything on as it comes. Settles when the answer has ended, whole or not. */
  async #forward(
    request: IncomingMessage,
    response: ServerResponse,
    { address, port, release }: Slot,
    revision: Revision,
    signal: AbortSignal,
    timeouts: RequestTimeouts,
    fault: IngressFault | undefined,
  ): Promise<void> {
    const { method, url: path } = request;
    const headers = {
      ...forwarded(request),
      'k-proxy-request': 'activator',
      'knative-serving-revision': revision.metadata.name,
      'knative-serving-namespace': revision.metadata.namespace,
    };
    const upstream = httpRequest({ host: address, port, method, path, headers, agent: this.#agent, signal });
    try {
      await new Promise<void>((resolve, reject) => {
        // Nothing else tells of a client that goes while the end of a whole answer is on its way to it.
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }); // ours
        upstream.once('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error)); // ours
        upstream.once('response', (answer) => {
          timeouts.started();
          response.writeHead(answer.statusCode ?? 502, answer.statusMessage, forwarded(answer));
          response.flushHeaders();
          passOn(answer, response, timeouts, fault, resolve, reject);
        });
        upstream.once('socket', (socket) => {
          // What a pod leaves behind may not even refuse.
          const late = setTimeout(
            () => upstream.destroy(new Error(`dial tcp ${address}:${port}: i/o timeout`)),
            DIAL_MS,
          );
          socket.once('connect', () => clearTimeout(late)).once('close', () => clearTimeout(late));
        });
        request.on('error', reject).pipe(upstream);
        if (fault?.cut === 'after') upstream.once('finish', () => request.socket.destroy());
      });
    } finally {
      upstream.destroy();
      release();
    }
  }
}

class RequestTimeoutError extends Error {}

function passOn(
  answer: IncomingMessage,
  response: ServerResponse,
  timeouts: RequestTimeouts,
  fault: IngressFault | undefined,
  resolve: () => void,
  reject: (error: Error) => void,
): void {
  const most = typeof fault?.cut === 'number' ? fault.cut : fault?.truncateAfter;
  let passed = 0;
  answer.on('data', (chunk: Uint8Array) => {
    timeouts.moved();
    const part = most === undefined ? chunk : chunk.subarray(0, Math.max(most - passed, 0));
    passed += part.length;
    if (part.length > 0 && !response.write(part)) {
      answer.pause();
      response.once('drain', () => answer.resume());
    }
    if (most === undefined || passed < most) return;
    answer.destroy();
    if (fault?.truncateAfter === undefined) return reject(new Error('it is simulated'));
    response.end(resolve);
  });
  answer.once('end', () => response.end(resolve));
  answer.once('error', reject);
  answer.once('close', () => {
    if (!answer.complete) reject(new Error('the container has closed the connection'));
  });
}

function forwarded({ headersDistinct }: IncomingMessage): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    const [value = '', ...more] = values;
    if (!HOP_BY_HOP.includes(name)) headers[name] = more.length > 0 ? values : value;
  }
  return headers;
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  request.resume();
  const retry = status === 429 || status === 503 ? { 'retry-after': '1' } : {};
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text), ...retry });
  response.end(text);
}
