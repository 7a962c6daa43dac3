import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, type StorageBackend, StorageError, StorageNoSuchKeyError } from '@lithops/core/plugin';
import { type FaultyProxy, type RedisServer, startFaultyProxy, startRedis } from '@lithops-tools/services';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import redis, { type RedisConfig } from '../src/index.ts';

const MIB = 1024 * 1024;
const context = {
  executorId: 'test',
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  signal: new AbortController().signal,
};
const open: StorageBackend[] = [];
let server: RedisServer;
let raw: ReturnType<typeof createClient>;

beforeAll(async () => {
  server = await startRedis(['--maxmemory', '200mb', '--maxmemory-policy', 'noeviction']);
  raw = createClient({ url: `redis://:${server.password}@127.0.0.1:${server.port}` });
  await raw.connect();
});
afterEach(async () => {
  for (const storage of open.splice(0)) await storage[Symbol.asyncDispose]();
  await raw.flushAll();
});
afterAll(async () => {
  await raw.close();
  await server[Symbol.asyncDispose]();
});

async function storageOn(config: RedisConfig = {}): Promise<StorageBackend> {
  const storage = await redis.create({ port: server.port, password: server.password, ...config }, context);
  open.push(storage);
  return storage;
}

async function failure(promise: Promise<unknown>): Promise<StorageError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StorageError);
  return error as StorageError; // just checked
}

async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function chunks(): Promise<string[]> {
  return (await raw.keys('lithops:{storage}:chunk:*')).sort();
}

async function* streamOf(mebibytes: number, fill: string): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < mebibytes; i++) yield Buffer.alloc(MIB, fill);
}

describe('getting in', () => {
  it.each([
    [{ password: 'wrong-secret' }, 'access-denied', /redis.password/],
    [{ password: '' }, 'no-credentials', /set redis.password/],
    [{ username: 'nobody', password: 'wrong-secret' }, 'access-denied', /redis.username/],
    [{ db: 9999 }, 'other', /redis.db/],
    [{ port: 1 }, 'unavailable', /check that the server runs/],
    [{ host: 'no-such-host.invalid' }, 'unavailable', /check that the server runs/],
  ] as const)('with %j is told as %s', async (config, reason, message) => {
    const error = await failure(storageOn(config));
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('wrong-secret');
  });

  it('takes an address in one, and keys beside it win', async () => {
    const url = `redis://:wrong@127.0.0.1:${server.port}/3`;
    const storage = await storageOn({ url, storageBucket: 'other' });
    await storage.put('other', 'k', Buffer.from('in database 3'), {});
    await raw.select(3);
    expect(await raw.exists('lithops:{other}:bucket')).toBe(1);
    await raw.select(0);
  });

  it.each([
    [{ url: 'redis://127.0.0.1/text' }, /number of a database/],
    [{ ssl: true, tls: false }, /contradict/],
    [{ ssl: true, sslCaCerts: '/nowhere/ca.pem' }, /redis.ssl_ca_certs: \/nowhere\/ca.pem cannot be read/],
  ])('refuses %j', async (config, message) => {
    const error = await storageOn(config).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(message);
  });

  it.each([{ port: 'x' }, { url: 'http://x' }, { db: -1 }, { hots: 'x' }])('finds %j wrong before', async (section) => {
    expect((await redis.config['~standard'].validate(section)).issues).toHaveLength(1);
  });

  it('finds names that are none', async () => {
    const storage = await storageOn();
    for (const bucket of ['', 'a b', 'a}', '../x', 'x'.repeat(129)])
      expect((await failure(storage.createBucket(bucket))).message).toMatch(/no bucket name/);
    expect((await failure(storage.put('storage', 'x'.repeat(1025), Buffer.of(1), {}))).reason).toBe('too-large');
    expect((await failure(storage.put('nowhere', 'k', Buffer.of(1), {}))).reason).toBe('no-such-bucket');
    expect((await failure(storage.put('nowhere', 'k', streamOf(3, 'x'), {}))).reason).toBe('no-such-bucket');
  });
});

describe('readers', () => {
  it('go on with the object as it was when it is replaced and deleted, and then nothing of it is left', async () => {
    const storage = await storageOn();
    await storage.put('storage', 'k', streamOf(6, 'a'), {});
    const [first, second] = await Promise.all([storage.get('storage', 'k', {}), storage.get('storage', 'k', {})]);
    const iterator = first[Symbol.asyncIterator]();
    const begun = await iterator.next();
    await storage.put('storage', 'k', streamOf(5, 'b'), {});
    expect(await chunks()).toHaveLength(7 + 6);
    await storage.delete('storage', ['k']);
    await expect(storage.head('storage', 'k')).rejects.toBeInstanceOf(StorageNoSuchKeyError);
    // Nobody reads the second object.
    expect(await chunks()).toHaveLength(7);
    const rest = await readAll({ [Symbol.asyncIterator]: () => iterator });
    expect(Buffer.concat([begun.value ?? Buffer.of(), rest]).equals(Buffer.alloc(6 * MIB, 'a'))).toBe(true);
    for await (const bytes of second) {
      expect(bytes[0]).toBe(97);
      break;
    }
    expect(await raw.keys('*')).toEqual(['lithops:{storage}:bucket']);
  });

  it('of many writers see whole objects only', async () => {
    const storage = await storageOn();
    await storage.put('storage', 'k', streamOf(4, '0'), {});
    let writing = true;
    const writer = (async () => {
      for (let i = 1; i < 10; i++) await storage.put('storage', 'k', streamOf(3 + (i % 3), String(i)), {});
    })().finally(() => {
      writing = false;
    });
    let mixed = 0;
    const reader = async () => {
      while (writing) {
        const bytes = await readAll(await storage.get('storage', 'k', {}));
        const number = Number(String.fromCharCode(bytes[0] ?? 0));
        if (!bytes.equals(Buffer.alloc((number === 0 ? 4 : 3 + (number % 3)) * MIB, String(number)))) mixed++;
      }
    };
    await Promise.all([writer, reader(), reader()]);
    expect(mixed).toBe(0);
    // All that was replaced is gone.
    expect(await chunks()).toHaveLength(4);
  });

  it('that died keep what was replaced for some minutes only', async () => {
    const storage = await storageOn();
    await storage.put('storage', 'k', streamOf(3, 'a'), {});
    await (await storage.get('storage', 'k', {}))[Symbol.asyncIterator]().next();
    await storage.delete('storage', ['k']);
    const left = await chunks();
    expect(left).toHaveLength(4);
    for (const name of left) expect(await raw.pTTL(name)).toBeGreaterThan(60_000);
  });

  it('are told when a part is not there any more', async () => {
    const storage = await storageOn();
    await storage.put('storage', 'k', streamOf(4, 'a'), {});
    await raw.unlink((await chunks())[2] ?? '');
    const error = await failure(storage.get('storage', 'k', {}).then(readAll));
    expect(error.message).toMatch(/a part of it is not there any more/);
  });
});

describe('an upload', () => {
  it('that is not finished ends by itself; one that fails leaves nothing at once', async () => {
    const storage = await storageOn();
    const { promise: seen, resolve } = Promise.withResolvers<number[]>();
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* streamOf(8, 'a');
      while ((await chunks()).length === 0) await delay(5);
      resolve(await Promise.all((await chunks()).map((name) => raw.pTTL(name))));
      throw new RangeError('the source failed');
    }
    await expect(storage.put('storage', 'k', failing(), {})).rejects.toBeInstanceOf(RangeError);
    for (const left of await seen) expect(left).toBeGreaterThan(60_000);
    expect(await raw.keys('*')).toEqual(['lithops:{storage}:bucket']);
  });

  it('of which a part was lost is no object', async () => {
    const storage = await storageOn();
    async function* body(): AsyncGenerator<Uint8Array> {
      yield* streamOf(6, 'a');
      while ((await chunks()).length === 0) await delay(5);
      await raw.unlink(await chunks());
    }
    expect((await failure(storage.put('storage', 'k', body(), {}))).message).toMatch(/lost before it was complete/);
    await expect(storage.head('storage', 'k')).rejects.toBeInstanceOf(StorageNoSuchKeyError);
  });

  it('that finds the server full is told so, leaves what was there, and lets it be read', async () => {
    const storage = await storageOn();
    await storage.put('storage', 'k', streamOf(3, 'a'), {});
    const error = await failure(storage.put('storage', 'k', streamOf(300, 'b'), {}));
    expect([error.reason, error.message]).toEqual(['full', expect.stringMatching(/maxmemory/)]);
    expect((await readAll(await storage.get('storage', 'k', {}))).equals(Buffer.alloc(3 * MIB, 'a'))).toBe(true);
    expect(await chunks()).toHaveLength(4);
    await raw.configSet('maxmemory', '1mb');
    try {
      expect((await failure(storage.put('storage', 'small', Buffer.of(1), {}))).reason).toBe('full');
      expect((await readAll(await storage.get('storage', 'k', {}))).length).toBe(3 * MIB);
      await storage.delete('storage', ['k']);
    } finally {
      await raw.configSet('maxmemory', '200mb');
    }
    expect(await chunks()).toEqual([]);
  });
});

describe('a connection that fails', { timeout: 120_000 }, () => {
  let proxy: FaultyProxy;
  beforeAll(async () => {
    proxy = await startFaultyProxy(server.port);
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  it('again and again is made again, and no byte is lost', async () => {
    const storage = await storageOn({ port: proxy.port });
    const before = proxy.connections;
    proxy.cutAfter(12 * MIB);
    await storage.put('storage', 'k', streamOf(60, 'a'), {});
    const back = await readAll(await storage.get('storage', 'k', {}));
    proxy.cutAfter(undefined);
    expect(back.equals(Buffer.alloc(60 * MIB, 'a'))).toBe(true);
    expect(proxy.connections - before).toBeGreaterThan(8);
  });

  it('after the object was put is no reason to say that it was there before', async () => {
    const storage = await storageOn({ port: proxy.port });
    proxy.loseAnswer();
    expect(await storage.put('storage', 'small', Buffer.from('mine'), { ifAbsent: true })).toBe(true);
    expect(await storage.put('storage', 'small', Buffer.from('other'), { ifAbsent: true })).toBe(false);
    expect(String(await readAll(await storage.get('storage', 'small', {})))).toBe('mine');
  });

  it('for good is told as unavailable, in the middle of a body too', async () => {
    const lost = await startFaultyProxy(server.port);
    const storage = await storageOn({ port: lost.port });
    await storage.put('storage', 'k', streamOf(8, 'a'), {});
    const reading = (await storage.get('storage', 'k', {}))[Symbol.asyncIterator]();
    await reading.next();
    await lost[Symbol.asyncDispose]();
    const error = await failure(readAll({ [Symbol.asyncIterator]: () => reading }));
    expect([error.reason, error.message]).toEqual(['unavailable', expect.stringMatching(/could not get storage\/k/)]);
    expect((await failure(storage.put('storage', 'k', streamOf(8, 'b'), {}))).reason).toBe('unavailable');
  });

  it('while it is silent does not hold up an abort', async () => {
    const silent = await startFaultyProxy(server.port);
    const storage = await storageOn({ port: silent.port });
    silent.fallSilent();
    const reason = new Error('enough');
    await expect(storage.get('storage', 'k', { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
    const controller = new AbortController();
    const listing = storage.list('storage', '', { signal: controller.signal })[Symbol.asyncIterator]().next();
    controller.abort(reason);
    await expect(listing).rejects.toBe(reason);
    await silent[Symbol.asyncDispose]();
  });
});

it('does not keep a script alive that forgets to dispose it', async () => {
  const script = `
    const { default: redis } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
    const storage = await redis.create(${JSON.stringify({ port: server.port, password: server.password })}, { signal: new AbortController().signal });
    await storage.put('storage', 'k', Buffer.from('x'), {});
    console.log('done');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await once(child.stdout, 'data');
  const [code] = await once(child, 'exit');
  expect([String(output), code]).toEqual(['done\n', 0]);
});
