import { setTimeout as delay } from 'node:timers/promises';
import { type CallEvent, type Invocation, type ShippedModule, WorkerLostError } from '@lithops/core/plugin';
import { decodeReplies, encodeInvocationRequest, FRAMES_CONTENT_TYPE, RESUME_HEADER } from '@lithops/worker/http';
import { describeDeath } from '@lithops/worker/pool';
import type { WorkerDeath } from '@lithops/worker/protocol';
import type { Agent, Dispatcher } from 'undici';
import { type Answer, retryAfterMs, sortAnswer, wasNeverSent } from './answers.ts';

export interface Endpoint {
  readonly url: URL;
  readonly headers: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  readonly patienceMs: number;
}

/** A module of at most this size is sent along unasked: a second request would cost more. */
const UNASKED_MODULE_BYTES = 64 * 1024;
/** Pauses before the attempts to go on reading after a cut connection, in ms; workers wait a little longer than their sum. */
const RESUME_PAUSES_MS = [0, 250, 1000];
const MOST_PAUSE_MS = 5_000;

/**
 * One invocation as requests and responses. A request is repeated only where nothing can have been run by it; after a cut
 * connection the worker is asked to go on telling, never to run again.
 */
export class Exchange {
  readonly #agent: Agent;
  readonly #endpoint: Endpoint;

  constructor(agent: Agent, endpoint: Endpoint) {
    this.#agent = agent;
    this.#endpoint = endpoint;
  }

  /** @throws WorkerLostError, InvocationError, PayloadTooLargeError */
  async *events(
    invocation: Invocation,
    module: ShippedModule,
    signal: AbortSignal,
  ): AsyncGenerator<CallEvent, void, void> {
    let told = 0;
    let response = await this.#start(invocation, module, signal);
    for (;;) {
      let skip = told;
      let failure: unknown;
      try {
        for await (const reply of decodeReplies(response.body)) {
          if (reply.type === 'finished') return;
          if (reply.type === 'lost') throw lostError(reply.death);
          if (reply.type !== 'event' || skip-- > 0) continue;
          told++;
          yield reply.event;
        }
      } catch (error) {
        if (error instanceof WorkerLostError) throw error;
        failure = error;
      }
      if (signal.aborted) return;
      response = await this.#resume(invocation, signal, failure);
    }
  }

  async #start(invocation: Invocation, module: ShippedModule, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const giveUpAt = performance.now() + this.#endpoint.patienceMs;
    let sent = moduleBytes(module) <= UNASKED_MODULE_BYTES ? module : undefined;
    for (let tries = 1; ; tries++) {
      const attempt = await this.#attempt(encodeInvocationRequest(invocation, sent), signal);
      if ('response' in attempt) return attempt.response;
      if (attempt.action === 'fail') throw attempt.error;
      if (attempt.action === 'send-module') {
        sent = module;
        continue;
      }
      const pause = attempt.pauseMs ?? Math.min(MOST_PAUSE_MS, 100 * 2 ** tries) * (0.5 + Math.random() / 2);
      if (performance.now() + pause > giveUpAt) throw attempt.error;
      await delay(pause, undefined, { signal });
    }
  }

  async #attempt(
    body: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<{ readonly response: Dispatcher.ResponseData } | (Answer & { readonly pauseMs?: number | undefined })> {
    let response: Dispatcher.ResponseData;
    try {
      response = await this.#request(body, signal);
      if (response.statusCode === 200) return { response };
      const answer = sortAnswer(response.statusCode, await response.body.text(), this.#endpoint.url);
      return { ...answer, pauseMs: retryAfterMs(response.headers['retry-after']) };
    } catch (error) {
      signal.throwIfAborted();
      return { action: wasNeverSent(error) ? 'wait' : 'fail', error: unreachable(error, this.#endpoint.url) };
    }
  }

  /** Goes on reading what the worker tells of an invocation that runs already. */
  async #resume(invocation: Invocation, signal: AbortSignal, failure: unknown): Promise<Dispatcher.ResponseData> {
    for (const pause of RESUME_PAUSES_MS) {
      if (pause > 0) await delay(pause, undefined, { signal });
      try {
        const response = await this.#request(encodeInvocationRequest(invocation), signal, { [RESUME_HEADER]: '1' });
        if (response.statusCode === 200) return response;
        await response.body.dump();
      } catch (error) {
        if (signal.aborted) throw error;
      }
    }
    const why = failure instanceof Error ? `: ${failure.message}` : '';
    throw new WorkerLostError(
      `the connection to the worker was cut while it ran the call${why}; it could not be reached again`,
      { cause: failure },
    );
  }

  async #request(
    body: readonly Uint8Array[],
    signal: AbortSignal,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Dispatcher.ResponseData> {
    const { url, headers } = this.#endpoint;
    return this.#agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: { ...(await headers()), ...more, 'content-type': FRAMES_CONTENT_TYPE },
      body: Buffer.concat(body),
      signal,
    });
  }
}

function lostError(death: WorkerDeath): WorkerLostError {
  const { exitCode, signal, oom, call } = death;
  return new WorkerLostError(`${describeDeath(death)} while it ran the call`, {
    oom,
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
    ...(call !== undefined && { runningCall: call }),
  });
}

function unreachable(error: unknown, url: URL): Error {
  const why = error instanceof Error ? error.message : String(error);
  return new WorkerLostError(`no worker answers at ${url.origin}: ${why}`, { cause: error });
}

function moduleBytes({ code, assets }: ShippedModule): number {
  return assets.reduce((sum, asset) => sum + asset.byteLength, code.length);
}
