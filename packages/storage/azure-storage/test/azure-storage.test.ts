import { inspect } from 'node:util';
import * as sas from '@azure/storage-blob';
import { BlobServiceClient, generateAccountSASQueryParameters, StorageSharedKeyCredential } from '@azure/storage-blob';
import { ConfigError, type StorageBackend, StorageError, StorageNoSuchKeyError } from '@lithops/core/plugin';
import { type AzuriteServer, type FaultyProxy, startAzurite, startFaultyProxy } from '@lithops-tools/services';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import azureStorage, { type AzureStorageConfig } from '../src/index.ts';

const MIB = 1024 * 1024;
const context = {
  executorId: 'test',
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  signal: new AbortController().signal,
};
const open: StorageBackend[] = [];
let server: AzuriteServer;
let proxy: FaultyProxy;

beforeAll(async () => {
  server = await startAzurite();
  proxy = await startFaultyProxy(server.port);
});
afterEach(async () => {
  proxy.cutAfter(undefined);
  for (const storage of open.splice(0)) await storage[Symbol.asyncDispose]();
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const byKey = () => ({ storageAccountName: server.account, storageAccountKey: server.accountKey });

async function storageOn(config: AzureStorageConfig): Promise<StorageBackend> {
  const storage = await azureStorage.create(config, context);
  open.push(storage);
  return storage;
}

/** The usual account, through the connection that fails when it is told to. */
function throughProxy(): Promise<StorageBackend> {
  return storageOn({ ...byKey(), endpoint: `http://127.0.0.1:${proxy.port}/${server.account}` });
}

const direct = () => storageOn({ ...byKey(), endpoint: server.blobEndpoint });

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

describe('getting in', () => {
  it('by a connection string, with the container that it names', async () => {
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=${server.account};AccountKey=${server.accountKey};BlobEndpoint=${server.blobEndpoint};`;
    const storage = await storageOn({ connectionString, storageContainer: 'by-string' });
    expect(await storage.put('by-string', 'k', Buffer.from('x'), {})).toBe(true);
    expect((await storage.head('by-string', 'k')).size).toBe(1);
  });

  it('by a shared access signature, which signs no addresses and may do what it allows', async () => {
    const signed = (permissions: string) =>
      generateAccountSASQueryParameters(
        {
          expiresOn: new Date(Date.now() + 600_000),
          permissions: sas.AccountSASPermissions.parse(permissions),
          services: sas.AccountSASServices.parse('b').toString(),
          resourceTypes: sas.AccountSASResourceTypes.parse('sco').toString(),
        },
        new StorageSharedKeyCredential(server.account, server.accountKey),
      ).toString();
    const config = (permissions: string) => ({
      endpoint: server.blobEndpoint,
      storageBucket: 'signed',
      sasToken: `?${signed(permissions)}`,
    });
    expect(azureStorage.capabilities(config('r')).presign).toBe(false);
    const storage = await storageOn(config('rwdlc'));
    expect(storage.presign).toBeUndefined();
    expect(await storage.put('signed', 'k', streamOf(10, 'x'), { ifAbsent: true })).toBe(true);
    const reader = await storageOn(config('rl'));
    expect((await readAll(await reader.get('signed', 'k', {}))).length).toBe(10 * MIB);
    const error = await failure(reader.put('signed', 'k', Buffer.of(1), {}));
    expect(error.reason).toBe('access-denied');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('sig=');
  });

  it('with a wrong key is denied', async () => {
    const storageAccountKey = Buffer.from('not the key').toString('base64');
    const storage = await storageOn({ ...byKey(), storageAccountKey, endpoint: server.blobEndpoint });
    const attempts = [
      () => storage.put('bucket', 'k', Buffer.of(1), {}),
      () => storage.head('bucket', 'k'),
      () => storage.headBucket('bucket'),
    ];
    for (const attempt of attempts) {
      const error = await failure(attempt());
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/SharedKey devstore|x-ms-date/);
      expect([error.reason, error.hint]).toEqual(['access-denied', expect.stringMatching(/storage_account_key/)]);
      expect(error.message).not.toContain(storageAccountKey);
    }
  });

  it('to a server that is not there is told as unavailable', async () => {
    const storage = await storageOn({ ...byKey(), endpoint: `http://127.0.0.1:1/${server.account}` });
    const error = await failure(storage.head('bucket', 'k'));
    expect([error.reason, error.hint]).toEqual(['unavailable', expect.stringMatching(/azure_storage.endpoint/)]);
  });

  it.each([
    [{ storageAccountName: 'account', storageAccountKey: 'no base 64!' }, /not in base64/],
    [{ storageAccountName: 'account', storageAccountKey: 'YQ==', sasToken: 'sig=x' }, /both an account key and/],
    [{ connectionString: 'nonsense' }, /name=value/],
    [{ connectionString: 'AccountKey=YQ==' }, /neither AccountName nor BlobEndpoint/],
    [{ endpoint: 'http://127.0.0.1:1/account' }, /over https only/],
    [{ storageAccountName: 'account', storageBucket: 'one', storageContainer: 'two' }, /same thing/],
  ])('refuses %j', async (config, message) => {
    const error = await storageOn(config).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(message);
  });

  it.each([
    {},
    { storageAccountName: 'Upper' },
    { storageAccountName: 'account', storageBucket: 'a--b' },
    { storageAccountName: 'account', storageAcountKey: 'x' },
  ])('finds %j wrong before', async (section) => {
    expect((await azureStorage.config['~standard'].validate(section)).issues).toHaveLength(1);
  });

  it('takes keys of section azure, and names its container after the account', async () => {
    const section = { storageAccountName: 'account', resourceGroup: 'group', region: 'eu', subscriptionId: 'id' };
    expect((await azureStorage.config['~standard'].validate(section)).issues).toBeUndefined();
    expect(azureStorage.defaultBucket(section)).toBe('lithops-account');
    expect(azureStorage.defaultBucket({ endpoint: 'http://127.0.0.1:1/devaccount' })).toBe('lithops-devaccount');
  });
});

describe('containers', () => {
  it('that are not there are told', async () => {
    const storage = await direct();
    expect((await failure(storage.put('missing', 'k', Buffer.of(1), {}))).reason).toBe('no-such-bucket');
    expect((await failure(storage.put('missing', 'k', streamOf(9, 'x'), {}))).reason).toBe('no-such-bucket');
    const error = await failure(storage.get('missing', 'k', {}));
    expect(error).toBeInstanceOf(StorageNoSuchKeyError);
    expect(error.hint).toMatch(/no container 'missing' either/);
    for (const name of ['a', 'Upper', 'a--b', '-a', 'a_b', 'x'.repeat(64), '../x'])
      expect((await failure(storage.createBucket(name))).message).toMatch(/no container name/);
  });

  it('hold blobs of other programs under their own names', async () => {
    const storage = await direct();
    await storage.createBucket('foreign');
    const service = new BlobServiceClient(
      server.blobEndpoint,
      new StorageSharedKeyCredential(server.account, server.accountKey),
    );
    const container = service.getContainerClient('foreign');
    for (const name of ['a%20b', '😀 x', 'plain/é+&']) await container.getBlockBlobClient(name).upload('foreign', 7);
    for (const name of ['a%20b', '😀 x', 'plain/é+&']) expect((await storage.head('foreign', name)).size).toBe(7);
    await storage.put('foreign', 'mine/1?#', Buffer.from('x'), {});
    expect((await container.getBlockBlobClient('mine/1?#').getProperties()).contentLength).toBe(1);
  });
});

describe('a connection that fails', { timeout: 120_000 }, () => {
  it('again and again is made again, and no byte is lost', async () => {
    const storage = await throughProxy();
    await storage.createBucket('faulty');
    const before = proxy.connections;
    proxy.cutAfter(17 * MIB);
    await storage.put('faulty', 'k', streamOf(60, 'a'), {});
    const back = await readAll(await storage.get('faulty', 'k', {}));
    expect(back.equals(Buffer.alloc(60 * MIB, 'a'))).toBe(true);
    expect(proxy.connections - before).toBeGreaterThan(6);
  });

  it('after the blob was put is no reason to say that it was there before', async () => {
    const storage = await throughProxy();
    await storage.createBucket('answers');
    proxy.loseAnswer();
    expect(await storage.put('answers', 'k', Buffer.from('mine'), { ifAbsent: true })).toBe(true);
    expect(await storage.put('answers', 'k', Buffer.from('other'), { ifAbsent: true })).toBe(false);
    expect(String(await readAll(await storage.get('answers', 'k', {})))).toBe('mine');
  });

  it('for good is told as unavailable', async () => {
    const lost = await startFaultyProxy(server.port);
    const storage = await storageOn({ ...byKey(), endpoint: `http://127.0.0.1:${lost.port}/${server.account}` });
    await storage.createBucket('gone');
    await storage.put('gone', 'k', streamOf(30, 'a'), {});
    const reading = (await storage.get('gone', 'k', {}))[Symbol.asyncIterator]();
    await reading.next();
    await lost[Symbol.asyncDispose]();
    const error = await failure(readAll({ [Symbol.asyncIterator]: () => reading }));
    expect([error.reason, error.message]).toEqual([
      'unavailable',
      expect.stringMatching(/could not get gone\/k to its end/),
    ]);
    expect((await failure(storage.put('gone', 'k', streamOf(9, 'b'), {}))).reason).toBe('unavailable');
  });

  it('while the blob is replaced ends the reader, who never sees a mix', async () => {
    const storage = await throughProxy();
    await storage.createBucket('replaced');
    await storage.put('replaced', 'k', streamOf(60, 'a'), {});
    const reading = (await storage.get('replaced', 'k', {}))[Symbol.asyncIterator]();
    const { value } = await reading.next();
    await (await direct()).put('replaced', 'k', streamOf(60, 'b'), {});
    proxy.cut();
    let mixed = value?.includes(98) ?? true;
    const rest = (async () => {
      for await (const bytes of { [Symbol.asyncIterator]: () => reading }) mixed ||= bytes.includes(98);
    })();
    expect((await failure(rest)).hint).toMatch(/replaced while it was read/);
    expect(mixed).toBe(false);
  });

  it('while it is silent does not hold up an abort', async () => {
    const silent = await startFaultyProxy(server.port);
    const storage = await storageOn({ ...byKey(), endpoint: `http://127.0.0.1:${silent.port}/${server.account}` });
    silent.fallSilent();
    const controller = new AbortController();
    const reason = new Error('enough');
    const attempts = [
      storage.get('bucket', 'k', { signal: controller.signal }),
      storage.put('bucket', 'k', Buffer.of(1), { signal: controller.signal }),
      storage.list('bucket', '', { signal: controller.signal })[Symbol.asyncIterator]().next(),
    ];
    controller.abort(reason);
    for (const outcome of await Promise.allSettled(attempts)) expect(outcome).toEqual({ status: 'rejected', reason });
    await silent[Symbol.asyncDispose]();
  });
});

it('tells a writer that another writer of the same blob was done first', async () => {
  const storage = await direct();
  await storage.createBucket('writers');
  async function* body(): AsyncGenerator<Uint8Array> {
    yield* streamOf(20, 'a');
    await storage.put('writers', 'k', streamOf(20, 'b'), {});
  }
  const error = await failure(storage.put('writers', 'k', body(), {}));
  expect(error.hint).toMatch(/another writer of the same blob/);
  expect((await readAll(await storage.get('writers', 'k', {}))).equals(Buffer.alloc(20 * MIB, 'b'))).toBe(true);
});
