import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { ConfigError, type StorageBackend, StorageError, StorageNoSuchKeyError } from '@lithops/core/plugin';
import { type GcsSimulator, startGcsSimulator } from '@lithops-tools/gcs-simulator';
import { type FaultyProxy, startFaultyProxy } from '@lithops-tools/services';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import gcpStorage, { type GcpStorageConfig } from '../src/index.ts';

const MIB = 1024 * 1024;
const context = {
  executorId: 'test',
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  signal: new AbortController().signal,
};
const open: StorageBackend[] = [];
let server: GcsSimulator;
let proxy: FaultyProxy;
let folder: string;

beforeAll(async () => {
  server = await startGcsSimulator();
  proxy = await startFaultyProxy(server.port);
  folder = await mkdtemp(join(tmpdir(), 'lithops-gcp-test-'));
});
afterEach(async () => {
  proxy.cutAfter(undefined);
  await server.fail(undefined);
  for (const storage of open.splice(0)) await storage[Symbol.asyncDispose]();
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function storageOn(config: GcpStorageConfig = {}): Promise<StorageBackend> {
  const usual = { credentialsPath: server.credentialsFile, endpoint: server.endpoint, storageBucket: 'usual' };
  const storage = await gcpStorage.create({ ...usual, ...config }, context);
  open.push(storage);
  return storage;
}

const throughProxy = () => storageOn({ endpoint: `http://127.0.0.1:${proxy.port}` });

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

async function* streamOf(mebibytes: number, fill: string): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < mebibytes; i++) yield Buffer.alloc(MIB, fill);
}

async function credentialsFile(name: string, change: (key: Record<string, unknown>) => unknown): Promise<string> {
  const path = join(folder, name);
  const changed = change(JSON.parse(await readFile(server.credentialsFile, 'utf8')));
  await writeFile(path, typeof changed === 'string' ? changed : JSON.stringify(changed));
  return path;
}

describe('getting in', () => {
  it('with a key of somebody else is denied, and no secret is told', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const path = await credentialsFile('other.json', (key) => ({ ...key, private_key: privateKey }));
    const storage = await storageOn({ credentialsPath: path });
    const attempts = [
      () => storage.put('bucket', 'k', Buffer.of(1), {}),
      () => storage.put('bucket', 'k', streamOf(9, 'x'), {}),
      () => storage.get('bucket', 'k', {}),
      () => storage.head('bucket', 'k'),
      () => storage.headBucket('bucket'),
      () => storage.delete('bucket', ['k']),
    ];
    for (const attempt of attempts) {
      const error = await failure(attempt());
      expect([error.reason, error.hint]).toEqual(['access-denied', expect.stringMatching(/credentials_path/)]);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/Bearer|BEGIN PRIVATE|eyJ/);
    }
  });

  it('with a key that is none is denied', async () => {
    const path = await credentialsFile('broken.json', (key) => ({ ...key, private_key: 'no key' }));
    const storage = await storageOn({ credentialsPath: path });
    expect((await failure(storage.get('bucket', 'k', {}))).reason).toBe('access-denied');
  });

  it.each([
    ['nowhere.json', undefined, /cannot be read/],
    ['text.json', 'secret text', /is no JSON/],
    ['other-thing.json', { a: 1 }, /holds no credentials/],
  ])('refuses a file that is none: %s', async (name, content, message) => {
    const path = content === undefined ? join(folder, name) : await credentialsFile(name, () => content);
    const error = await storageOn({ credentialsPath: path }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(message);
    expect(inspect(error, { depth: 10 })).not.toContain('secret text');
  });

  it('without any credentials is told so; with those of the environment it works', async () => {
    const script = `
      const { default: gcpStorage } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
      const context = { signal: new AbortController().signal };
      try {
        const storage = await gcpStorage.create({ endpoint: ${JSON.stringify(server.endpoint)}, storageBucket: 'by-environment' }, context);
        console.log(await storage.put('by-environment', 'k', Buffer.from('x'), {}));
      } catch (error) { console.log(error.name, error.reason); }`;
    const run = async (environment: NodeJS.ProcessEnv) => {
      // Nothing of this machine's own, and no search for a metadata server.
      const env = { PATH: process.env['PATH'], HOME: folder, METADATA_SERVER_DETECTION: 'none', ...environment };
      const child = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
      return (await child).stdout.trim();
    };
    expect(await run({})).toBe('StorageError no-credentials');
    expect(await run({ GOOGLE_APPLICATION_CREDENTIALS: server.credentialsFile })).toBe('true');
  }, 120_000);

  it('to a server that is not there is told as unavailable', async () => {
    const storage = await storageOn({ endpoint: 'http://127.0.0.1:1' });
    for (const attempt of [() => storage.head('bucket', 'k'), () => storage.get('bucket', 'k', {})]) {
      const error = await failure(attempt());
      expect([error.reason, error.hint]).toEqual(['unavailable', expect.stringMatching(/gcp_storage.endpoint/)]);
    }
  });

  it.each([{ region: '' }, { storageBucket: 'Upper' }, { endpoint: 'host' }, { storageBuckte: 'x' }])(
    'finds %j wrong before',
    async (section) => {
      expect((await gcpStorage.config['~standard'].validate(section)).issues).toHaveLength(1);
    },
  );

  it('takes keys of section gcp, and names its bucket after region and project', async () => {
    const section = { credentialsPath: server.credentialsFile, region: 'EU', serviceAccount: 'x', zone: 'y' };
    expect((await gcpStorage.config['~standard'].validate(section)).issues).toBeUndefined();
    const name = await gcpStorage.defaultBucket(section);
    expect(name).toMatch(/^lithops-eu-[0-9a-f]{6}$/);
    expect(await gcpStorage.defaultBucket({ region: 'EU', projectName: server.project })).toBe(name);
  });
});

describe('buckets', () => {
  it('that are not there are told', async () => {
    const storage = await storageOn();
    expect((await failure(storage.put('missing', 'k', Buffer.of(1), {}))).reason).toBe('no-such-bucket');
    expect((await failure(storage.put('missing', 'k', streamOf(9, 'x'), {}))).reason).toBe('no-such-bucket');
    const error = await failure(storage.get('missing', 'k', {}));
    expect(error).toBeInstanceOf(StorageNoSuchKeyError);
    expect(error.hint).toMatch(/no bucket 'missing' either/);
    for (const name of ['a', 'Upper', '-a', 'x'.repeat(64), '../x', '127.0.0.1', 'google-x', 'a..b'])
      expect((await failure(storage.createBucket(name))).message).toMatch(/no bucket name/);
  });
});

describe('requests that fail', () => {
  it.each([503, 429, 'cut-before', 'cut-after', 'cut-within'] as const)(
    'every third, by %s, lose no byte and no object',
    async (kind) => {
      const storage = await storageOn();
      await storage.createBucket('faulty');
      await server.fail({ every: 3, with: kind });
      await storage.put('faulty', 'large', streamOf(24, 'a'), {});
      for (let i = 0; i < 3; i++) {
        expect(await storage.put('faulty', `once-${kind}-${i}`, Buffer.from('mine'), { ifAbsent: true })).toBe(true);
        expect(await storage.put('faulty', `once-${kind}-${i}`, Buffer.from('other'), { ifAbsent: true })).toBe(false);
      }
      expect((await readAll(await storage.get('faulty', 'large', {}))).equals(Buffer.alloc(24 * MIB, 'a'))).toBe(true);
    },
    120_000,
  );

  it('for good are told as throttled or unavailable', async () => {
    const storage = await storageOn();
    await server.fail({ every: 1, with: 429 });
    expect((await failure(storage.get('bucket', 'k', {}))).reason).toBe('throttled');
    expect((await failure(storage.put('bucket', 'k', streamOf(9, 'x'), {}))).reason).toBe('throttled');
    await server.fail({ every: 1, with: 503 });
    expect((await failure(storage.get('bucket', 'k', {}))).reason).toBe('unavailable');
    expect((await failure(storage.head('bucket', 'k'))).reason).toBe('unavailable');
  }, 120_000);

  it('in the middle of large bodies are made again', async () => {
    const storage = await throughProxy();
    await storage.createBucket('bodies');
    const before = proxy.connections;
    proxy.cutAfter(11 * MIB);
    await storage.put('bodies', 'k', streamOf(32, 'a'), {});
    const back = await readAll(await storage.get('bodies', 'k', {}));
    expect(back.equals(Buffer.alloc(32 * MIB, 'a'))).toBe(true);
    expect(proxy.connections - before).toBeGreaterThan(4);
  }, 120_000);
});

it('ends a reader when the object was replaced and the connection lost, who never sees a mix', async () => {
  const storage = await throughProxy();
  await storage.createBucket('replaced');
  await storage.put('replaced', 'k', streamOf(32, 'a'), {});
  const reading = (await storage.get('replaced', 'k', {}))[Symbol.asyncIterator]();
  let mixed = (await reading.next()).value?.includes(98) ?? true;
  await (await storageOn()).put('replaced', 'k', streamOf(32, 'b'), {});
  proxy.cut();
  const rest = (async () => {
    for await (const bytes of { [Symbol.asyncIterator]: () => reading }) mixed ||= bytes.includes(98);
  })();
  expect((await failure(rest)).hint).toMatch(/replaced or deleted while it was read/);
  expect(mixed).toBe(false);
}, 120_000);

it('cancels an upload that fails, and is not held up by a silent server when it is aborted', async () => {
  const storage = await storageOn();
  await storage.createBucket('aborts');
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield* streamOf(20, 'a');
    throw new RangeError('the source failed');
  }
  await expect(storage.put('aborts', 'k', failing(), {})).rejects.toBeInstanceOf(RangeError);
  expect((await server.requests()).at(-1)).toMatch(/^DELETE \/upload/);
  const silent = await startFaultyProxy(server.port);
  silent.fallSilent();
  const late = await storageOn({ endpoint: `http://127.0.0.1:${silent.port}` });
  const controller = new AbortController();
  const reason = new Error('enough');
  const attempts = [
    late.get('bucket', 'k', { signal: controller.signal }),
    late.put('bucket', 'k', Buffer.of(1), { signal: controller.signal }),
    late.put('bucket', 'k', streamOf(9, 'a'), { signal: controller.signal }),
    late.list('bucket', '', { signal: controller.signal })[Symbol.asyncIterator]().next(),
  ];
  controller.abort(reason);
  for (const outcome of await Promise.allSettled(attempts)) expect(outcome).toEqual({ status: 'rejected', reason });
  await silent[Symbol.asyncDispose]();
});
