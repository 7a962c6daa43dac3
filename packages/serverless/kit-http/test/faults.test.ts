import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, request as requestOf } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionExecutor } from '@lithops/core';
import {
  type ComputePlugin,
  defineComputePlugin,
  InvocationError,
  TimeoutError,
  WorkerLostError,
} from '@lithops/core/plugin';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpRuns } from '../src/index.ts';
import httpCompute, { type RunningWorker, startHttpWorker } from './http-compute.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function worker(env?: Record<string, string>): Promise<RunningWorker> {
  const started = await startHttpWorker(env);
  cleanups.push(() => void started.child.kill('SIGKILL'));
  return started;
}

/** A relay in front of a worker whose connections can be cut. */
async function relayTo(url: string): Promise<{ readonly url: string; cut(): void; readonly server: Server }> {
  const open = new Set<Socket>();
  const target = Number(new URL(url).port);
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {}).on('close', () => open.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  cleanups.push(() => {
    cut();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, cut, server };
}

/** A proxy that passes everything on but the end of an answer. */
async function endlessAnswers(url: string): Promise<string> {
  const server = createHttpServer((request, response) => {
    const { method, headers } = request;
    request.pipe(
      requestOf(new URL(request.url ?? '/', url), { method, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, { 'content-type': answer.headers['content-type'] ?? '' });
        answer.pipe(response, { end: false });
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

interface ExecutorSettings {
  readonly patienceMs?: number;
  readonly maxTaskSeconds?: number;
}

function executorOn(url: string, token: string, settings: ExecutorSettings = {}): FunctionExecutor {
  const { patienceMs = 20_000, maxTaskSeconds = Number.POSITIVE_INFINITY } = settings;
  const plugin: ComputePlugin<object> = defineComputePlugin({
    ...httpCompute,
    config: { '~standard': { version: 1, vendor: 'lithops', validate: () => ({ value: {} }) } },
    capabilities: () => ({ ...httpCompute.capabilities({ maxWorkers: 1 }), maxTaskSeconds }),
    taskConfig: () => ({}),
    create: () => {
      const runs = new HttpRuns({
        url,
        connections: 1,
        patienceMs,
        headers: () => ({ authorization: `Bearer ${token}` }),
      });
      return {
        invoke: (invocation, options) => runs.invoke(invocation, options),
        [Symbol.asyncDispose]: () => runs[Symbol.asyncDispose](),
      };
    },
  });
  const fexec = new FunctionExecutor({ backend: { plugin: plugin as ComputePlugin } });
  cleanups.push(() => fexec.close());
  return fexec;
}

function countFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-kit-http-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  return join(folder, 'runs');
}

async function slowCount(file: string): Promise<string> {
  const { appendFileSync } = await import('node:fs');
  appendFileSync(file, 'run\n');
  console.log('begun');
  await new Promise((resolve) => setTimeout(resolve, 800));
  return 'counted';
}

async function begun(future: { readonly logs: string }): Promise<void> {
  while (!future.logs.includes('begun')) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('runs over HTTP', () => {
  it('go on after their connection was cut, and run once', async () => {
    const { url, token } = await worker();
    const relay = await relayTo(url);
    const file = countFile();
    const future = executorOn(relay.url, token).callAsync(slowCount, file);
    await begun(future);
    relay.cut();
    expect(await future.result()).toBe('counted');
    expect(future.logs).toBe('begun\n');
    expect(readFileSync(file, 'utf8')).toBe('run\n');
  });

  it('one after the other are sent over connections that are kept', async () => {
    const { url, token } = await worker();
    const relay = await relayTo(url);
    let connections = 0;
    relay.server.on('connection', () => connections++);
    const executor = executorOn(relay.url, token);
    for (const n of [1, 2, 3, 4, 5, 6]) expect(await executor.callAsync((i: number) => i + 1, n).result()).toBe(n + 1);
    // One, and the two for what is beside: a call may come before the last answer has ended.
    expect(connections).toBeLessThanOrEqual(3);
  });

  it('end when all is told, though the answer does not', async () => {
    const { url, token } = await worker();
    const endless = await endlessAnswers(url);
    const executor = executorOn(endless, token);
    expect(await executor.callAsync((n: number) => n + 1, 1).result()).toBe(2);
    expect(await executor.callAsync((n: number) => n + 1, 2).result()).toBe(3);
  });

  it('wait for a worker that is not there yet', async () => {
    const relay = await relayTo('http://127.0.0.1:9/');
    relay.server.close();
    const token = 'chosen-before';
    const future = executorOn(relay.url, token).callAsync((n: number) => n + 1, 1);
    await worker({ PORT: new URL(relay.url).port, LITHOPS_WORKER_TOKEN: token });
    expect(await future.result()).toBe(2);
  });

  it('wait for a worker that is busy', async () => {
    const { url, token } = await worker();
    const file = countFile();
    const first = executorOn(url, token).callAsync(slowCount, file);
    await begun(first);
    expect(
      await executorOn(url, token)
        .callAsync((n: number) => n + 1, 1)
        .result(),
    ).toBe(2);
    expect(first.state).toBe('success');
  });

  it('tell that a worker was lost that never comes back', async () => {
    const { url, token, child } = await worker();
    const future = executorOn(url, token).callAsync(slowCount, countFile());
    await begun(future);
    child.kill('SIGKILL');
    await expect(future.result()).rejects.toThrow(WorkerLostError);
    await expect(future.result()).rejects.toThrow(/connection to the worker was cut/);
  });

  it('tell that nothing answers when patience is over', async () => {
    const future = executorOn('http://127.0.0.1:9/', 'none', { patienceMs: 300 }).callAsync((n: number) => n, 1);
    await expect(future.result()).rejects.toThrow(/no worker answers at http:\/\/127\.0\.0\.1:9.*ECONNREFUSED/);
  });

  it('tell that the token is not accepted', async () => {
    const { url } = await worker();
    const future = executorOn(url, 'another').callAsync((n: number) => n, 1);
    await expect(future.result()).rejects.toThrow(InvocationError);
    await expect(future.result()).rejects.toThrow(/answered 401.*token/s);
  });

  it('send a large module once, when the worker asks for it', async () => {
    const { url, token } = await worker();
    const table = Buffer.alloc(200_000, 7);
    const fexec = executorOn(url, token);
    expect(await fexec.map((i: number) => table[i], [0, 1, 199_999]).result()).toEqual([7, 7, 7]);
  });

  it('are ended when a call runs for longer than the platform lets it', async () => {
    const { url, token } = await worker();
    const fexec = executorOn(url, token, { maxTaskSeconds: 0.4 });
    const loop = () => {
      for (;;);
    };
    const future = fexec.callAsync(loop, 0);
    await expect(future.result()).rejects.toThrow(TimeoutError);
    await expect(future.result()).rejects.toThrow(/longer than the 0\.4 s that the backend lets a task run/);
    expect(await fexec.callAsync((n: number) => n + 1, 1).result()).toBe(2);
  });

  it('that are cancelled free their worker at once', async () => {
    const { url, token } = await worker({ LITHOPS_WORKER_ABANDON_SECONDS: '600' });
    const future = executorOn(url, token).callAsync(() => {
      console.log('begun');
      for (;;);
    }, 0);
    await begun(future);
    await future.cancel();
    const next = executorOn(url, token).callAsync((n: number) => n + 1, 1);
    expect(await next.result({ timeout: 20 })).toBe(2);
  });
});

describe('an executor that is closed', () => {
  it('ends what it ran, and leaves its worker free', async () => {
    const { url, token } = await worker({ LITHOPS_WORKER_ABANDON_SECONDS: '600' });
    const fexec = executorOn(url, token);
    const future = fexec.callAsync(() => {
      console.log('begun');
      for (;;);
    }, 0);
    await begun(future);
    await fexec.close();
    const next = executorOn(url, token).callAsync((n: number) => n + 1, 1);
    expect(await next.result({ timeout: 20 })).toBe(2);
  });
});

/** Answers some requests itself, as gateways do, and passes the others on. */
async function gatewayTo(
  url: string,
  answers: readonly (readonly [status: number, text: string, headers?: Record<string, string>])[],
): Promise<{ readonly url: string; asked(): number }> {
  const left = [...answers];
  let asked = 0;
  const server = createHttpServer((request, response) => {
    asked++;
    const [status, text, headers = {}] = left.shift() ?? [];
    if (status !== undefined) {
      request.resume().on('end', () => response.writeHead(status, headers).end(text));
      return;
    }
    void (async () => {
      const passed = await fetch(url, {
        method: request.method ?? 'GET',
        headers: Object.fromEntries(
          Object.entries(request.headers).filter(([name]) => ['authorization', 'content-type'].includes(name)),
        ) as Record<string, string>,
        body: request as unknown as ReadableStream,
        duplex: 'half',
      } as RequestInit);
      response.writeHead(passed.status, Object.fromEntries(passed.headers));
      for await (const chunk of passed.body ?? []) response.write(chunk);
      response.end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: () => asked };
}

describe('answers of a gateway', () => {
  const plus = (n: number) => n + 1;

  it.each<[string, readonly [number, string, Record<string, string>?]]>([
    ['503 of one that has no worker', [503, 'no healthy upstream']],
    ['503 of one that could not connect', [503, 'upstream connect error. reset reason: connection failure']],
    ['503 of a full queue', [503, 'pending request queue full']],
    ['429', [429, '', { 'retry-after': '0' }]],
  ])('%s is waited out', async (_, answer) => {
    const { url, token } = await worker();
    const gateway = await gatewayTo(url, [answer, answer]);
    expect(await executorOn(gateway.url, token).callAsync(plus, 1).result()).toBe(2);
    expect(gateway.asked()).toBe(3);
  });

  it.each<[string, readonly [number, string]]>([
    ['502', [502, 'bad gateway']],
    ['504', [504, '<html>upstream request timeout</html>']],
    [
      '503 after the connection was there',
      [503, 'upstream connect error or disconnect/reset before headers. reset reason: connection termination'],
    ],
  ])('%s fails the attempt, for the call may have run; retries repeat it', async (_, answer) => {
    const { url, token } = await worker();
    const gateway = await gatewayTo(url, [answer, answer]);
    const fexec = executorOn(gateway.url, token);
    await expect(fexec.callAsync(plus, 1).result()).rejects.toThrow(/may have run/);
    expect(gateway.asked()).toBe(1);
    expect(await fexec.callAsync(plus, 1, { retries: 1 }).result()).toBe(2);
  });
});
