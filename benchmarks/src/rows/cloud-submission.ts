import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FunctionExecutor } from '@lithops/core';
import type { ComputeBackend, ComputePlugin, defineComputePlugin } from '@lithops/core/plugin';
import type { storage as localStorage } from '@lithops/localhost';
import type { encodeValues } from '@lithops/worker/values';
import { Agent, type Dispatcher } from 'undici';
import { peakMegabytes } from '../peak-megabytes.ts';
import { type Bench, numbers, type Row, seconds } from '../row.ts';

const INVOCATIONS = 10_000;
const CONNECTIONS = 1000;
const LATENCY_SECONDS = 0.5;
/** No client can be faster: each connection waits for one answer at a time. */
const FLOOR_SECONDS = (INVOCATIONS / CONNECTIONS) * LATENCY_SECONDS;
/** What an invocation of one no-op measures when it is encoded. */
const REQUEST_BYTES = 400;

/**
 * Core in front of a platform that takes an HTTP request for each invocation and answers after a fixed time. Beside it the
 * same requests by the same HTTP client without core.
 */
export const cloudSubmission: Row = {
  name: 'cloud-submission',
  title: '10,000 invocations, 1,000 connections',
  others: ['undici'],
  metrics: [
    { name: 'time', title: `floor ${FLOOR_SECONDS} s`, unit: 'seconds', target: () => 1.1 * FLOOR_SECONDS },
    { name: 'memory', title: 'client memory', unit: 'megabytes' },
  ],
  async measure(bench) {
    const server = spawn(
      process.execPath,
      [new URL('cloud-server.mjs', import.meta.url).pathname, `${LATENCY_SECONDS}`],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    const agent = new Agent({ connections: CONNECTIONS, pipelining: 1 });
    const post = (body: Uint8Array) => request(agent, `http://127.0.0.1:${port.toString().trim()}`, body);
    try {
      const time = await (bench.participant === 'undici' ? throughUndici(post) : throughCore(bench, post));
      return { time, memory: peakMegabytes() };
    } finally {
      server.kill();
      await agent.destroy();
    }
  },
};

type Post = (body: Uint8Array) => Promise<void>;

function throughUndici(post: Post): Promise<number> {
  const body = new Uint8Array(REQUEST_BYTES);
  return seconds(() => Promise.all(numbers(INVOCATIONS).map(() => post(body))));
}

async function throughCore({ packed }: Bench, post: Post): Promise<number> {
  const core = await packed<{ FunctionExecutor: typeof FunctionExecutor }>('@lithops/core');
  const plugin = await packed<{ defineComputePlugin: typeof defineComputePlugin }>('@lithops/core/plugin');
  // Else it would be found from here, and be our sources, which are to be compiled first.
  const { storage } = await packed<{ storage: typeof localStorage }>('@lithops/localhost');
  const values = await packed<{ encodeValues: typeof encodeValues }>('@lithops/worker/values');
  const backend = httpBackend(plugin.defineComputePlugin, values.encodeValues([1]), post);
  await using fexec = new core.FunctionExecutor({
    mode: 'serverless',
    backend: { plugin: backend },
    storage: { plugin: storage },
  });
  return await seconds(() => fexec.map((n: number) => n, numbers(INVOCATIONS), { chunksize: 1 }).result());
}

/** A backend of `response` delivery; what its functions return is always 1. */
function httpBackend(define: typeof defineComputePlugin, values: Uint8Array, post: Post): ComputePlugin {
  return define<unknown>({
    api: 1,
    name: 'fixed_latency',
    mode: 'serverless',
    config: { '~standard': { version: 1, vendor: 'benchmark', validate: (value) => ({ value }) } },
    capabilities: () => ({
      delivery: 'response',
      maxWorkers: CONNECTIONS,
      concurrencyPerWorker: 1,
      maxPayloadBytes: 6 * 2 ** 20,
      maxResultBytes: 6 * 2 ** 20,
      maxTaskSeconds: 900,
      recall: false,
      logs: true,
      exitCauses: false,
      sharesFileSystem: false,
    }),
    create: (): ComputeBackend => ({
      async *invoke(invocation) {
        const { items, ...meta } = invocation;
        const head = Buffer.from(JSON.stringify(meta));
        await post(Buffer.concat([head, items]));
        const startedAt = performance.timeOrigin + performance.now();
        const times = {
          startedAt: [startedAt],
          duration: [1],
          cpuTime: 1,
          peakMemoryBytes: 1,
          worker: 'w',
          cold: false,
        };
        yield { type: 'result', calls: invocation.calls, values, stats: times };
      },
      async [Symbol.asyncDispose]() {},
    }),
  });
}

function request(agent: Dispatcher, origin: string, body: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    agent.dispatch(
      { origin, path: '/', method: 'POST', body },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd: () => resolve(),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}
