import { fileURLToPath } from 'node:url';
import { FunctionExecutor } from '@lithops/core';
import type { NoticeListener, StorageBackend } from '@lithops/core/plugin';
import { eventually } from '@lithops/testing';
import { type FaultyProxy, type RedisServer, startFaultyProxy, startRedis } from '@lithops-tools/services';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import redis from '../src/index.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const plugins = [file('../../../kernel/testing/test/detached-plugin.ts'), file('../src/index.ts')];
const context = {
  executorId: 'test',
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  signal: new AbortController().signal,
};
const open: AsyncDisposable[] = [];
let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
}, 240_000);
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});
afterAll(() => server[Symbol.asyncDispose]());

async function storageOn(port: number): Promise<StorageBackend> {
  const storage = await redis.create({ port, password: server.password }, context);
  open.push(storage);
  return storage;
}

/** What a listener was told, in order. */
async function listening(storage: StorageBackend, topic: string): Promise<string[]> {
  const told: string[] = [];
  const listener: NoticeListener = {
    notice: (text) => told.push(text),
    interrupted: (reason) => told.push(`interrupted: ${String(reason)}`),
    resumed: () => told.push('resumed'),
  };
  const subscription = await storage.notices?.listen(topic, listener);
  if (subscription === undefined) throw new Error('the storage tells of no news');
  open.push(subscription);
  return told;
}

describe('notices through a Redis', { timeout: 60_000 }, () => {
  it('reach all who listen to their topic, and nobody else', async () => {
    const [client, worker] = [await storageOn(server.port), await storageOn(server.port)];
    const told = [await listening(client, 'a'), await listening(worker, 'a'), await listening(client, 'b')];
    for (const topic of ['a', 'nobody', 'b']) await worker.notices?.publish(topic, `of ${topic}`);
    await eventually(() => expect(told).toEqual([['of a'], ['of a'], ['of b']]));
  });

  it('come again after a cut, which is told', async () => {
    await using proxy: FaultyProxy = await startFaultyProxy(server.port);
    const worker = await storageOn(server.port);
    const told = await listening(await storageOn(proxy.port), 'cut');
    proxy.cut();
    await eventually(() => expect(told).toHaveLength(2));
    expect(told[0]).toMatch(/^interrupted: .*could not listen for news/);
    expect(told[1]).toBe('resumed');
    await worker.notices?.publish('cut', 'after');
    await eventually(() => expect(told.at(-1)).toBe('after'));
  });

  it('are heard no more when that was ended, and leave nothing in the server', async () => {
    const storage = await storageOn(server.port);
    await listening(storage, 'ended');
    await open.pop()?.[Symbol.asyncDispose]();
    const raw = createClient({ url: `redis://:${server.password}@127.0.0.1:${server.port}` });
    await raw.connect();
    await eventually(async () => expect(await raw.sendCommand(['PUBSUB', 'CHANNELS'])).toEqual([]));
    await raw.close();
  });
});

/** Workers give a sign of life this often; as seldom does a client look that hears of news. */
const SELDOM_SECONDS = 600;

function executorWith(section: object, heartbeatSeconds: number): FunctionExecutor {
  return new FunctionExecutor({
    backend: 'detached',
    storage: 'redis',
    config: { lithops: { plugins }, detached: { heartbeatSeconds }, redis: section },
  });
}

describe('detached work with its objects in a Redis', { timeout: 120_000 }, () => {
  it('is told of at once, though it is looked for only every ten minutes', async () => {
    await using fexec = executorWith({ port: server.port, password: server.password }, SELDOM_SECONDS);
    const numbers = Array.from({ length: 40 }, (_, i) => i);
    const list = fexec.map((n: number) => n * 2, numbers, { chunksize: 1 });
    expect(await list.result({ timeout: 60 })).toEqual(numbers.map((n) => n * 2));
  });

  it('is found all the same where the user of the server may not listen', async () => {
    const raw = createClient({ url: `redis://:${server.password}@127.0.0.1:${server.port}` });
    await raw.connect();
    await raw.sendCommand([
      'ACL',
      'SETUSER',
      'mute',
      'on',
      '>mute',
      '~*',
      '+@all',
      '-subscribe',
      '-publish',
      'resetchannels',
    ]);
    await raw.close();
    await using fexec = executorWith({ port: server.port, username: 'mute', password: 'mute' }, 1);
    const list = fexec.map((n: number) => n + 1, [1, 2, 3], { chunksize: 1 });
    expect(await list.result({ timeout: 60 })).toEqual([2, 3, 4]);
  });

  it('loses nothing where connections are cut again and again', async () => {
    await using proxy: FaultyProxy = await startFaultyProxy(server.port);
    await using fexec = executorWith({ port: proxy.port, password: server.password }, 1);
    const wait = async (ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return ms;
    };
    const list = fexec.map(wait, [100, 200, 300, 400, 500, 600], { chunksize: 1 });
    const cutting = setInterval(() => proxy.cut(), 300);
    try {
      expect(await list.result({ timeout: 90 })).toEqual([100, 200, 300, 400, 500, 600]);
    } finally {
      clearInterval(cutting);
    }
  });
});
