import type { CallEvent, Invocation, InvocationRun, InvokeOptions } from '@lithops/core/plugin';
import { SILENCE_MS } from '@lithops/worker/http';
import { Agent } from 'undici';
import { Exchange } from './exchange.ts';

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

/** Runs invocations by requests to HTTP workers (`node worker.mjs --http`), whose responses are the events. */
export class HttpRuns implements AsyncDisposable {
  readonly #options: HttpRunsOptions;
  readonly #agent: Agent;
  readonly #patienceMs: number;

  constructor(options: HttpRunsOptions) {
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#agent = new Agent({
      connections: options.connections,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      headersTimeout: this.#patienceMs,
      bodyTimeout: SILENCE_MS,
    });
  }

  invoke(invocation: Invocation, { module, signal }: InvokeOptions): InvocationRun {
    const { url, headers = () => ({}) } = this.#options;
    const exchange = new Exchange(this.#agent, { url: new URL(url), headers, patienceMs: this.#patienceMs });
    return { [Symbol.asyncIterator]: (): AsyncIterator<CallEvent> => exchange.events(invocation, module, signal) };
  }

  /** Ends every connection; workers notice, and end what nobody reads any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}
