import { setTimeout as delay } from 'node:timers/promises';
import { type CallEvent, type Invocation, type ShippedModule, WorkerLostError, workerLost } from '@lithops/core/plugin';
import {
  decodeReplies,
  encodeInvocationRequest,
  FRAMES_CONTENT_TYPE,
  INVOCATIONS_PATH,
  RESUME_HEADER,
  WORKER_HEADER,
} from '@lithops/worker/http';
import { separateModules } from '@lithops/worker/protocol';
import type { Agent, Dispatcher } from 'undici';
import { type Answer, retryAfterMs, sortAnswer, wasNeverSent } from './answers.ts';
import { unreachable } from './unreachable.ts';

/** Where workers are asked, and how. */
export interface Endpoint {
  readonly agent: Agent;
  readonly url: URL;
  readonly headers: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  readonly patienceMs: number;
  /** Told of requests that nobody waits for. */
  readonly beside: (request: Promise<void>) => void;
}

/** Modules of at most this size are sent along unasked: a second request would cost more. */
const UNASKED_MODULE_BYTES = 64 * 1024;
/** Pauses before the attempts to go on reading after a cut connection, in ms; workers wait a little longer than their sum. */
const RESUME_PAUSES_MS = [0, 250, 1000];
const MOST_PAUSE_MS = 5_000;
/** How long it is tried to tell a worker that a call was cancelled; one that is not told notices that nobody reads. */
const CANCEL_MS = 5_000;
/** How long an answer may take to end after all of it was told. */
const END_MS = 1_000;

/**
 * One invocation as requests and responses. A request is repeated only where nothing can have been run by it; after a cut
 * connection the worker is asked to go on telling, never to run again.
 */
export class Exchange {
  readonly #endpoint: Endpoint;
  readonly #invocation: Invocation;
  readonly #modules: readonly ShippedModule[];
  readonly #signal: AbortSignal;
  /** Whom to ask again: one of many workers behind an address, by what it said of itself. */
  #worker = '1';
  /** Whether a worker may have got the request. */
  #asked = false;

  constructor(endpoint: Endpoint, invocation: Invocation, module: ShippedModule, signal: AbortSignal) {
    this.#endpoint = endpoint;
    this.#signal = signal;
    ({ invocation: this.#invocation, modules: this.#modules } = separateModules(invocation, module));
  }

  /** @throws WorkerLostError, RefusedRequestError, PayloadTooLargeError */
  async *events(): AsyncGenerator<CallEvent, void, void> {
    let told = 0;
    // At once: whoever aborts may be about to close all connections.
    const cancel = () => this.#cancel();
    this.#signal.addEventListener('abort', cancel, { once: true });
    try {
      let response = await this.#start();
      for (;;) {
        let skip = told;
        let failure: unknown;
        let isWhole = false;
        const { body } = response;
        try {
          for await (const reply of decodeReplies(body.iterator({ destroyOnReturn: false }))) {
            isWhole = reply.type === 'finished' || reply.type === 'lost';
            if (reply.type === 'finished') return;
            if (reply.type === 'lost') throw workerLost(reply.death);
            if (reply.type !== 'event' || skip-- > 0) continue;
            told++;
            yield reply.event;
          }
        } catch (error) {
          if (error instanceof WorkerLostError) throw error;
          failure = error;
        } finally {
          if (isWhole) this.#letEnd(body);
          else body.on('error', () => {}).destroy(); // told already, or wanted
        }
        if (this.#signal.aborted) return;
        response = await this.#resume(failure);
      }
    } finally {
      this.#signal.removeEventListener('abort', cancel);
    }
  }

  async #start(): Promise<Dispatcher.ResponseData> {
    const giveUpAt = performance.now() + this.#endpoint.patienceMs;
    let sent = bytesOf(this.#modules) <= UNASKED_MODULE_BYTES ? this.#modules : [];
    for (let tries = 1; ; tries++) {
      const attempt = await this.#attempt(encodeInvocationRequest(this.#invocation, sent));
      if ('response' in attempt) return attempt.response;
      if (attempt.action === 'fail') throw attempt.error;
      if (attempt.action === 'send-modules') {
        sent = this.#modules;
        continue;
      }
      const pause = attempt.pauseMs ?? Math.min(MOST_PAUSE_MS, 100 * 2 ** tries) * (0.5 + Math.random() / 2);
      if (performance.now() + pause > giveUpAt) throw attempt.error;
      await delay(pause, undefined, { signal: this.#signal });
    }
  }

  async #attempt(
    body: readonly Uint8Array[],
  ): Promise<{ readonly response: Dispatcher.ResponseData } | (Answer & { readonly pauseMs?: number | undefined })> {
    try {
      const response = await this.#post(body);
      if (response.statusCode === 200) return { response };
      const answer = sortAnswer(response, await response.body.text(), this.#endpoint.url);
      return { ...answer, pauseMs: retryAfterMs(response.headers['retry-after']) };
    } catch (error) {
      this.#signal.throwIfAborted();
      return { action: wasNeverSent(error) ? 'wait' : 'fail', error: unreachable(error, this.#endpoint.url) };
    }
  }

  /** Goes on reading what the worker tells of an invocation that runs already. */
  async #resume(failure: unknown): Promise<Dispatcher.ResponseData> {
    for (const pause of RESUME_PAUSES_MS) {
      if (pause > 0) await delay(pause, undefined, { signal: this.#signal });
      try {
        const response = await this.#post(encodeInvocationRequest(this.#invocation), {
          [RESUME_HEADER]: this.#worker,
        });
        if (response.statusCode === 200) return response;
        await response.body.dump();
      } catch (error) {
        if (this.#signal.aborted) throw error;
      }
    }
    const why = failure instanceof Error ? `: ${failure.message}` : '';
    throw new WorkerLostError(
      `the connection to the worker was cut while it ran the call${why}; it could not be reached again`,
      { cause: failure },
    );
  }

  async #post(
    body: readonly Uint8Array[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Dispatcher.ResponseData> {
    const { agent, url, headers } = this.#endpoint;
    this.#asked = true;
    const response = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: { ...(await headers()), ...more, 'content-type': FRAMES_CONTENT_TYPE },
      body: Buffer.concat(body),
      signal: this.#signal,
    });
    const worker = response.headers[WORKER_HEADER];
    if (response.statusCode === 200 && typeof worker === 'string') this.#worker = worker;
    return response;
  }

  /** Reads the last bytes of an answer that has said all: its connection then serves the next request. */
  #letEnd(body: Dispatcher.ResponseData['body']): void {
    const signal = AbortSignal.timeout(END_MS);
    this.#endpoint.beside(body.dump({ limit: Number.MAX_SAFE_INTEGER, signal }).catch(() => {})); // it is cut then
  }

  /** So that the work ends at once. */
  #cancel(): void {
    if (!this.#asked) return;
    const { agent, url, headers, beside } = this.#endpoint;
    const tell = async () => {
      const response = await agent.request({
        origin: url.origin,
        path: `${INVOCATIONS_PATH}${encodeURIComponent(this.#invocation.id)}`,
        method: 'DELETE',
        headers: { ...(await headers()), [RESUME_HEADER]: this.#worker },
        signal: AbortSignal.timeout(CANCEL_MS),
      });
      await response.body.dump();
    };
    beside(tell().catch(() => {})); // it notices that nobody reads
  }
}

function bytesOf(modules: readonly ShippedModule[]): number {
  let bytes = 0;
  for (const { code, assets } of modules) {
    bytes += code.length;
    for (const asset of assets) bytes += asset.byteLength;
  }
  return bytes;
}
