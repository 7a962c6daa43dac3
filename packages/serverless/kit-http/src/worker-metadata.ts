import { setTimeout as delay } from 'node:timers/promises';
import { LithopsError, type RuntimeInfo } from '@lithops/core/plugin';
import { retryAfterMs, sortAnswer, wasNeverSent } from './answers.ts';
import type { Endpoint } from './exchange.ts';
import { unreachable } from './unreachable.ts';

/** What `GET /metadata` of a worker answers. */
export interface WorkerMetadata extends RuntimeInfo {
  /** Version of the worker protocol that it speaks. */
  readonly protocol: number;
}

const PAUSE_MS = 500;

/** Asks, again while nobody is there to answer. Asking runs nothing, so that anything but a refusal may be repeated. */
export async function readMetadata(endpoint: Endpoint, signal: AbortSignal): Promise<WorkerMetadata> {
  const { agent, url, headers, patienceMs } = endpoint;
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    let failure: Error;
    let pause = PAUSE_MS;
    try {
      const response = await agent.request({
        origin: url.origin,
        path: '/metadata',
        method: 'GET',
        headers: { ...(await headers()) },
        signal,
      });
      const text = await response.body.text();
      if (response.statusCode === 200) return parseMetadata(text, url);
      const answer = sortAnswer(response, text, url);
      if (answer.action === 'send-modules') throw notAWorker(url, text);
      const again = answer.action === 'wait' || response.statusCode === 502 || response.statusCode === 504;
      if (!again) throw answer.error;
      failure = answer.error;
      pause = retryAfterMs(response.headers['retry-after']) ?? PAUSE_MS;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LithopsError) throw error;
      if (!wasNeverSent(error)) throw unreachable(error, url);
      failure = unreachable(error, url);
    }
    if (performance.now() + pause > giveUpAt) throw failure;
    await delay(pause, undefined, { signal });
  }
}

function parseMetadata(text: string, url: URL): WorkerMetadata {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(text) as Record<string, unknown>; // read key by key below
  } catch {
    throw notAWorker(url, text);
  }
  const { protocol, nodeVersion, platform, arch } = parsed;
  if (
    typeof protocol !== 'number' ||
    typeof nodeVersion !== 'string' ||
    typeof platform !== 'string' ||
    typeof arch !== 'string'
  )
    throw notAWorker(url, text);
  return { protocol, nodeVersion: nodeVersion.replace(/^v/, ''), workerVersion: String(protocol), platform, arch };
}

function notAWorker(url: URL, text: string): LithopsError {
  return new LithopsError(
    `what answers at ${url.origin} is no Lithops worker: ${text.slice(0, 100)}`,
    'INVOCATION_REFUSED',
    {
      hint: 'the image must run `node worker.mjs --http`; build one with: lithops runtime build NAME',
    },
  );
}
