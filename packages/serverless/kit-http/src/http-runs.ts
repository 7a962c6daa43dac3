import type { CallEvent, Invocation, InvocationRun, InvokeOptions } from '@lithops/core/plugin';
import { SILENCE_MS } from '@lithops/worker/http';
import { Agent } from 'undici';
import { type Endpoint, Exchange } from './exchange.ts';
import { readMetadata, type WorkerMetadata } from './worker-metadata.ts';

export interface HttpRunsOptions {
  /** Where workers answer. */
  readonly url: string | URL;
  /** Headers of each request, asked for anew each time: tokens expire. A `host` header names the service behind an ingress. */
  readonly headers?: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** Connections at once: as many invocations as run at once. */
  readonly connections: number;
  /** How long workers that are not there yet, or busy, are waited for, in ms. Default 5 minutes: a platform may start from nothing. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 5 * 60_000;
/** Below what proxies keep a connection, so that a request is never sent into one that is being closed. */
const KEEP_ALIVE_MS = 4_000;
/** For requests about invocations, beside those that run them. */
const SPARE_CONNECTIONS = 2;

/** Runs invocations by requests to HTTP workers (`node worker.mjs --http`), whose responses are the events. */
export class HttpRuns implements AsyncDisposable {
  readonly #endpoint: Endpoint;
  /** Requests that nobody waits for, but the end. */
  readonly #beside = new Set<Promise<void>>();

  constructor({ url, headers = () => ({}), connections, patienceMs = PATIENCE_MS }: HttpRunsOptions) {
    const agent = new Agent({
      connections: connections + SPARE_CONNECTIONS,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      headersTimeout: patienceMs,
      bodyTimeout: SILENCE_MS,
    });
    const beside = (request: Promise<void>) => {
      this.#beside.add(request);
      void request.finally(() => this.#beside.delete(request));
    };
    this.#endpoint = { agent, url: new URL(url), headers, patienceMs, beside };
  }

  invoke(invocation: Invocation, { module, signal }: InvokeOptions): InvocationRun {
    const exchange = new Exchange(this.#endpoint, invocation, module, signal);
    return { [Symbol.asyncIterator]: (): AsyncIterator<CallEvent> => exchange.events() };
  }

  /** What a worker tells of itself, as soon as there is one. @throws RefusedRequestError, WorkerLostError */
  metadata(signal: AbortSignal): Promise<WorkerMetadata> {
    return readMetadata(this.#endpoint, signal);
  }

  /** Ends every connection; workers notice, and end what nobody reads any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#beside);
    await this.#endpoint.agent.destroy();
  }
}
