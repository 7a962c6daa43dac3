import { once } from 'node:events';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  encodeInvocationRequest,
  FRAMES_CONTENT_TYPE,
  INVOCATIONS_PATH,
  MODULE_NEEDED,
  NOT_RUN_HERE,
  RAN_ALREADY,
  RESUME_HEADER,
  WORKER_HEADER,
} from '../src/http/index.ts';
import {
  endWorkers,
  invocationOf,
  moduleOf,
  post,
  repliesOf,
  resultsOf,
  type Served,
  startWorker,
  TOKEN,
} from './served-worker.ts';

afterEach(endWorkers);

const slow = moduleOf('slow', '(ms) => new Promise((resolve) => setTimeout(() => resolve(ms), ms))');
const hangs = moduleOf('hangs', '() => new Promise(() => {})');

/** Workers that reach each other by the addresses that they give. */
function startFleet(): Promise<[Served, Served]> {
  const start = () => startWorker({ LITHOPS_WORKER_HOST: '0.0.0.0' });
  return Promise.all([start(), start()]);
}

/** Starts an invocation and cuts the connection. @returns where its worker is for others */
async function startAndCut({ url }: Served, body: readonly Uint8Array[]): Promise<string> {
  const cut = request(url, {
    method: 'POST',
    headers: { 'content-type': FRAMES_CONTENT_TYPE, authorization: `Bearer ${TOKEN}` },
  });
  cut.on('error', () => {});
  cut.end(Buffer.concat(body));
  const [response] = await once(cut, 'response');
  const address = String(response.headers[WORKER_HEADER]);
  cut.destroy();
  return address;
}

describe('workers behind one address', () => {
  it('say where others reach them', async () => {
    const [worker] = await startFleet();
    const { headers } = await fetch(`${worker.url}health`);
    const own = Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? []);
    const [host = '', port] = (headers.get(WORKER_HEADER) ?? '').split(':');
    expect(own).toContain(host);
    expect(port).toBe(new URL(worker.url).port);
  });

  it('pass on a request to go on with what another of them runs', async () => {
    const [runs, asked] = await startFleet();
    const body = encodeInvocationRequest(invocationOf(slow, [400], 'elsewhere'), [slow]);
    const address = await startAndCut(runs, body);
    const replies = await repliesOf(await post(asked, body, { [RESUME_HEADER]: address }));
    expect(resultsOf(replies)).toEqual([400]);
  });

  it('say so when the other knows nothing of it, or is not there', async () => {
    const [other, asked] = await startFleet();
    const body = encodeInvocationRequest(invocationOf(slow, [1], 'nowhere'), [slow]);
    const address = (await fetch(`${other.url}health`)).headers.get(WORKER_HEADER) ?? '';
    for (const at of [address, '127.0.0.1:9', 'http://evil.example/'])
      expect((await post(asked, body, { [RESUME_HEADER]: at })).status).toBe(NOT_RUN_HERE);
  });

  it('end what its client has cancelled, whichever of them is told', async () => {
    const [runs, asked] = await startFleet();
    const invocation = invocationOf(hangs, [0], 'job/1 cancelled');
    const response = await post(runs, encodeInvocationRequest(invocation, [hangs]));
    const told = await fetch(`${asked.url.slice(0, -1)}${INVOCATIONS_PATH}${encodeURIComponent(invocation.id)}`, {
      method: 'DELETE',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        [RESUME_HEADER]: response.headers.get(WORKER_HEADER) ?? '',
      },
    });
    expect(told.status).toBe(200);
    expect((await repliesOf(response)).at(-1)).toMatchObject({
      type: 'lost',
      death: { reason: 'its client has cancelled it' },
    });
  });
});

describe('an invocation that was cancelled before it came', () => {
  it('is not run', async () => {
    const worker = await startWorker();
    const told = await fetch(`${worker.url.slice(0, -1)}${INVOCATIONS_PATH}early`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(told.status).toBe(NOT_RUN_HERE);
    const response = await post(worker, encodeInvocationRequest(invocationOf(hangs, [0], 'early'), [hangs]));
    expect(response.status).toBe(RAN_ALREADY);
  });
});

describe('the code of a storage', () => {
  const storage = {
    hash: 'storage',
    code: `exports.openStorage = (config) => ({ ...config, opened: (globalThis.opened = (globalThis.opened ?? 0) + 1) });`,
    assets: [],
  };
  const reads = moduleOf('reads', '(item, { storage }) => storage.name');

  it('is sent apart from invocations, kept, and asked for', async () => {
    const worker = await startWorker();
    const task = { storageModule: storage.hash, storageConfig: { name: 'kept' } };
    const invocation = () => ({ ...invocationOf(reads, [0]), passContext: true, task });
    expect((await post(worker, encodeInvocationRequest(invocation(), [reads]))).status).toBe(MODULE_NEEDED);
    const whole = await post(worker, encodeInvocationRequest(invocation(), [reads, storage]));
    expect(resultsOf(await repliesOf(whole))).toEqual(['kept']);
    expect(resultsOf(await repliesOf(await post(worker, encodeInvocationRequest(invocation()))))).toEqual(['kept']);
  });

  it('must be what the invocation names', async () => {
    const worker = await startWorker();
    const response = await post(worker, encodeInvocationRequest(invocationOf(reads, [0]), [reads, storage]));
    expect(response.status).toBe(400);
  });
});

describe('limits of a worker', () => {
  it('keep the heap of its processes to what was said', async () => {
    const worker = await startWorker({ LITHOPS_WORKER_HEAP_MB: '80' });
    const limit = moduleOf(
      'limit',
      `async () => (await import('node:v8')).getHeapStatistics().heap_size_limit / 2 ** 20`,
    );
    const response = await post(worker, encodeInvocationRequest(invocationOf(limit, [0]), [limit]));
    const [found] = resultsOf(await repliesOf(response)) as [number];
    expect(found).toBeGreaterThan(79);
    expect(found).toBeLessThan(300);
  });

  it('end what nobody has read for as long as was said', async () => {
    const worker = await startWorker({ LITHOPS_WORKER_ABANDON_SECONDS: '0' });
    const body = encodeInvocationRequest(invocationOf(hangs, [0], 'abandoned'), [hangs]);
    await startAndCut(worker, body);
    // Whoever asks before the worker has noticed the cut reads again; then he goes away too.
    const last = await vi.waitFor(
      async () => (await repliesOf(await post(worker, body, {}, AbortSignal.timeout(500)))).at(-1),
      { timeout: 20_000 },
    );
    expect(last).toMatchObject({ type: 'lost', death: { reason: 'nobody reads its events' } });
  });
});
