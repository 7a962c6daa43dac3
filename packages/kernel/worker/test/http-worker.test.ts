import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeReplies,
  encodeInvocationRequest,
  FRAMES_CONTENT_TYPE,
  NOT_RUN_HERE,
  RESUME_HEADER,
} from '../src/http/index.ts';
import { PROTOCOL_VERSION, type WorkerReply } from '../src/protocol/index.ts';
import {
  endWorkers,
  invocationOf,
  MAIN,
  moduleOf,
  post,
  repliesOf,
  resultsOf,
  type Served,
  startWorker,
  TOKEN,
} from './served-worker.ts';

afterEach(endWorkers);

const double = moduleOf('double', '(n) => n * 2');
/** Appends a line to a file, so that runs can be counted; then takes its time. */
const counted = moduleOf(
  'counted',
  `async ({ file, ms }) => {
    const { appendFileSync } = await import('node:fs');
    appendFileSync(file, 'run\\n');
    await new Promise((resolve) => setTimeout(resolve, ms));
    return 'counted';
  }`,
);

describe('the HTTP worker', () => {
  it('runs an invocation and streams its events', async () => {
    const worker = await startWorker();
    const replies = await repliesOf(
      await post(worker, encodeInvocationRequest(invocationOf(double, [1, 2, 3]), [double])),
    );
    expect(resultsOf(replies)).toEqual([2, 4, 6]);
    expect(replies.at(-1)).toEqual({ type: 'finished', channel: 1 });
  });

  it('sends what a task prints while it runs', async () => {
    const worker = await startWorker();
    const chatty = moduleOf('chatty', `() => { console.log('first'); return new Promise(() => {}); }`);
    const response = await post(worker, encodeInvocationRequest(invocationOf(chatty, [0]), [chatty]));
    for await (const reply of decodeReplies(response.body as unknown as AsyncIterable<Uint8Array>)) {
      if (reply.type !== 'event' || reply.event.type !== 'log') continue;
      expect(reply.event.text).toBe('first\n');
      break;
    }
  });

  it('tells how a process ended that ran a task', async () => {
    const worker = await startWorker();
    const exits = moduleOf('exits', '(code) => process.exit(code)');
    const replies = await repliesOf(await post(worker, encodeInvocationRequest(invocationOf(exits, [7]), [exits])));
    expect(replies.at(-1)).toMatchObject({ type: 'lost', death: { exitCode: 7, call: 0 } });
    expect(
      resultsOf(await repliesOf(await post(worker, encodeInvocationRequest(invocationOf(double, [4]), [double])))),
    ).toEqual([8]);
  });

  it('keeps function modules, and asks for those it has not seen', async () => {
    const worker = await startWorker();
    const first = await post(worker, encodeInvocationRequest(invocationOf(double, [1])));
    expect(first.status).toBe(428);
    await repliesOf(await post(worker, encodeInvocationRequest(invocationOf(double, [1]), [double])));
    expect(resultsOf(await repliesOf(await post(worker, encodeInvocationRequest(invocationOf(double, [5])))))).toEqual([
      10,
    ]);
  });

  it('does not run an invocation twice that arrives twice, while it runs and after', async ({ onTestFinished }) => {
    const { mkdtempSync, readFileSync, rmSync } = await import('node:fs');
    const folder = mkdtempSync('/tmp/lithops-http-');
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = `${folder}/runs`;
    const worker = await startWorker({ LITHOPS_WORKER_CONCURRENCY: '2' });
    const body = encodeInvocationRequest(invocationOf(counted, [{ file, ms: 300 }], 'same'), [counted]);
    const [a, b] = await Promise.all([post(worker, body).then(repliesOf), post(worker, body).then(repliesOf)]);
    const c = await repliesOf(await post(worker, body));
    expect([a, b, c].map(resultsOf)).toEqual([['counted'], ['counted'], ['counted']]);
    expect(readFileSync(file, 'utf8')).toBe('run\n');
  });

  it('goes on when its connection is cut, for a client that comes back', async ({ onTestFinished }) => {
    const { mkdtempSync, readFileSync, rmSync } = await import('node:fs');
    const folder = mkdtempSync('/tmp/lithops-http-');
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = `${folder}/runs`;
    const worker = await startWorker();
    const body = Buffer.concat(encodeInvocationRequest(invocationOf(counted, [{ file, ms: 500 }], 'cut'), [counted]));
    const cut = request(worker.url, {
      method: 'POST',
      headers: { 'content-type': FRAMES_CONTENT_TYPE, authorization: `Bearer ${TOKEN}` },
    });
    cut.on('error', () => {});
    cut.end(body);
    await once(cut, 'response');
    cut.destroy();
    expect(resultsOf(await repliesOf(await post(worker, [body])))).toEqual(['counted']);
    expect(readFileSync(file, 'utf8')).toBe('run\n');
  });

  it('does not start an invocation that it is only asked to go on with', async () => {
    const worker = await startWorker();
    const body = encodeInvocationRequest(invocationOf(double, [1], 'resumed'), [double]);
    expect((await post(worker, body, { [RESUME_HEADER]: '1' })).status).toBe(NOT_RUN_HERE);
    await repliesOf(await post(worker, body));
    expect(resultsOf(await repliesOf(await post(worker, body, { [RESUME_HEADER]: '1' })))).toEqual([2]);
  });

  it('takes no more than it can run', async () => {
    const worker = await startWorker();
    const hangs = moduleOf('hangs', '() => new Promise(() => {})');
    const held = await post(worker, encodeInvocationRequest(invocationOf(hangs, [0]), [hangs]));
    const refused = await post(worker, encodeInvocationRequest(invocationOf(double, [1]), [double]));
    expect([held.status, refused.status, refused.headers.get('retry-after')]).toEqual([200, 429, '1']);
    await held.body?.cancel();
  });

  it('told to end finishes what runs, gives back what has not started, and takes nothing new', async () => {
    const worker = await startWorker();
    const slow = moduleOf('slow', '(ms) => new Promise((resolve) => setTimeout(() => resolve(ms), ms))');
    const response = await post(worker, encodeInvocationRequest(invocationOf(slow, [400, 400, 400]), [slow]));
    const replies: WorkerReply[] = [];
    const exited = once(worker.child, 'exit');
    for await (const reply of decodeReplies(response.body as unknown as AsyncIterable<Uint8Array>)) {
      if (reply.type === 'alive') continue;
      replies.push(reply);
      if (reply.type === 'event' && reply.event.type === 'started' && reply.event.call === 0)
        worker.child.kill('SIGTERM');
    }
    expect(resultsOf(replies)).toEqual([400]);
    expect(replies).toContainEqual({ type: 'event', channel: 1, event: { type: 'returned', calls: [1, 2] } });
    expect((await exited)[0]).toBe(0);
  });

  it('tells what it is, and keeps its token from tasks', async () => {
    const worker = await startWorker();
    const facts = await fetch(`${worker.url}metadata`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await facts.json()).toMatchObject({
      protocol: PROTOCOL_VERSION,
      nodeVersion: process.version,
      platform: 'linux',
    });
    const reads = moduleOf('reads', '() => JSON.stringify(process.env)');
    const replies = await repliesOf(await post(worker, encodeInvocationRequest(invocationOf(reads, [0]), [reads])));
    expect(String(resultsOf(replies)[0])).not.toContain(TOKEN);
  });

  it('refuses to be open to everybody without saying so', async () => {
    const child = spawn(process.execPath, [MAIN, '--http'], {
      env: { PATH: process.env['PATH'] ?? '', PORT: '0', LITHOPS_WORKER_HOST: '0.0.0.0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(said).toMatch(/LITHOPS_WORKER_TOKEN/);
  });
});

describe('a request', () => {
  let strict: Served;
  beforeAll(async () => {
    strict = await startWorker({ LITHOPS_WORKER_MAX_BODY_BYTES: '1000' }, 'keep');
  });
  afterAll(() => strict.child.kill('SIGKILL'));

  it.each<[string, number, (worker: Served) => Promise<Response>]>([
    ['without a token', 401, ({ url }) => fetch(url, { method: 'POST' })],
    ['with a wrong token', 401, (worker) => post(worker, [], { authorization: `Bearer ${'x'.repeat(TOKEN.length)}` })],
    ['of another type', 415, (worker) => post(worker, [], { 'content-type': 'application/json' })],
    ['with a body that is no frame', 400, (worker) => post(worker, [Buffer.from('not a frame at all')])],
    [
      'with half a frame',
      400,
      (worker) =>
        post(worker, [Buffer.concat(encodeInvocationRequest(invocationOf(double, [1]), [double])).subarray(0, 60)]),
    ],
    ['that is too large', 413, (worker) => post(worker, [new Uint8Array(2000)])],
    ['for another path', 404, ({ url }) => fetch(`${url}other`, { headers: { authorization: `Bearer ${TOKEN}` } })],
    ['by another method', 405, ({ url }) => fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } })],
  ])('%s is refused with %i, and the worker goes on', async (_, status, send) => {
    const response = await send(strict);
    expect(response.status).toBe(status);
    expect(typeof ((await response.json()) as { readonly error: unknown }).error).toBe('string');
    expect((await fetch(`${strict.url}health`)).status).toBe(200);
  });
});
