import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { StorageError, type StorageFailure, StorageNoSuchKeyError } from '@lithops/core/plugin';
import {
  type FaultyHttpProxy,
  type HttpFault,
  type ProxiedRequest,
  startFaultyHttpProxy,
  startMoto,
} from '@lithops-tools/services';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { S3Storage, type S3StorageOptions } from '../src/storage.ts';

const BUCKET = 'faults';
const MIB = 1024 * 1024;
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'only-for-tests' };

let moto: Awaited<ReturnType<typeof startMoto>>;
let proxy: FaultyHttpProxy;
let faultOf: (request: ProxiedRequest) => HttpFault | undefined = () => undefined;
const opened: S3Storage[] = [];

beforeAll(async () => {
  moto = await startMoto();
  proxy = await startFaultyHttpProxy(moto.port, (request) => faultOf(request));
  await (await open()).createBucket(BUCKET);
}, 300_000);

afterEach(async () => {
  faultOf = () => undefined;
  for (const storage of opened.splice(0)) await storage[Symbol.asyncDispose]();
});

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await moto[Symbol.asyncDispose]();
});

async function open(options: Partial<S3StorageOptions> = {}): Promise<S3Storage> {
  const storage = await openFor(options);
  opened.push(storage);
  return storage;
}

/** Whoever opens it disposes it. */
function openFor(options: Partial<S3StorageOptions>): Promise<S3Storage> {
  return S3Storage.open({
    region: 'us-east-1',
    endpoint: proxy.endpoint,
    pathStyle: true,
    credentials,
    checksums: 'crc',
    conditionalPut: true,
    service: { name: 'S3', section: 's3', credentialsHint: 'get some' },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    signal: new AbortController().signal,
    ...options,
  });
}

const text = (content: string) => new TextEncoder().encode(content);

async function read(storage: S3Storage, key: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await storage.get(BUCKET, key, {})) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function* stream(mib: number, at?: (i: number) => void): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < mib; i++) {
    at?.(i);
    yield Buffer.alloc(MIB, i);
  }
}

/** The first request of a kind goes wrong. */
function once(matches: (request: ProxiedRequest) => boolean, fault: HttpFault): void {
  let happened = false;
  faultOf = (request) => {
    if (happened || !matches(request)) return undefined;
    happened = true;
    return fault;
  };
}

const answer = (status: number, code: string, more = ''): HttpFault => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>told by the test</Message>${more}</Error>`,
});

async function unfinishedUploads(): Promise<number> {
  const client = new S3Client({ region: 'us-east-1', endpoint: moto.endpoint, forcePathStyle: true, credentials });
  try {
    return (await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads?.length ?? 0;
  } finally {
    client.destroy();
  }
}

async function failure(promise: Promise<unknown>): Promise<StorageError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw new Error(`no StorageError, but ${String(error)}`, { cause: error });
  return error;
}

describe('a server that fails now and then', () => {
  it.each<[string, HttpFault]>([
    ['drops the connection', { kind: 'drop' }],
    ['loses its answer', { kind: 'drop-answer' }],
    ['has an error of its own', answer(500, 'InternalError')],
  ])('%s at every third request, and nothing is lost or wrong', async (name, fault) => {
    faultOf = ({ number }) => (number % 3 === 0 ? fault : undefined);
    await losesNothing(await open(), `third/${name}/`);
  });

  it('knows its own object when the answer to the last step of an upload got lost', async () => {
    const storage = await open();
    once(({ method, path }) => method === 'POST' && path.includes('uploadId='), { kind: 'drop-answer' });
    expect(await storage.put(BUCKET, 'completed', stream(20), {})).toBe(true);
    expect((await storage.head(BUCKET, 'completed')).size).toBe(20 * MIB);
  });

  it('knows its own object when all that it hears is that it was too late', async () => {
    const storage = await open();
    let puts = 0;
    faultOf = ({ method }) =>
      method !== 'PUT' ? undefined : ++puts === 1 ? { kind: 'drop-answer' } : answer(500, 'InternalError');
    expect(await storage.put(BUCKET, 'late', text('mine'), {})).toBe(true);
    expect(puts).toBe(5);
    expect(await read(storage, 'late')).toBe('mine');
  });

  it('tries a conditional put again while another is under way', async () => {
    const storage = await open();
    once(({ method }) => method === 'PUT', answer(409, 'ConditionalRequestConflict'));
    expect(await storage.put(BUCKET, 'conflict', text('1'), { ifAbsent: true })).toBe(true);
    once(({ method }) => method === 'PUT', answer(409, 'ConditionalRequestConflict'));
    expect(await storage.put(BUCKET, 'conflict', text('2'), { ifAbsent: true })).toBe(false);
  });

  it('asks first where the server may overlook the condition', async () => {
    const storage = await open({ conditionalPut: false });
    expect(await storage.put(BUCKET, 'asked', text('1'), { ifAbsent: true })).toBe(true);
    const before = proxy.requests.length;
    expect(await storage.put(BUCKET, 'asked', text('2'), { ifAbsent: true })).toBe(false);
    expect(proxy.requests.slice(before).map(({ method }) => method)).toEqual(['HEAD']);
  });

  it('tells that a transfer broke, for the facade to go on', async () => {
    const storage = await open();
    await storage.put(BUCKET, 'cut', Buffer.alloc(3 * MIB), {});
    once(({ method }) => method === 'GET', { kind: 'cut', bytes: MIB });
    const error = await failure(read(storage, 'cut'));
    expect(error.reason).toBe('unavailable');
  });
});

describe('an upload that ends early leaves no parts', () => {
  it('when a part is refused, and its source is closed', async () => {
    const storage = await open();
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield* stream(200);
      } finally {
        closed = true;
      }
    }
    faultOf = ({ path }) => (path.includes('partNumber=2') ? answer(403, 'AccessDenied') : undefined);
    const error = await failure(storage.put(BUCKET, 'refused', source(), {}));
    expect(error).toMatchObject({ reason: 'access-denied', message: expect.stringContaining('put faults/refused') });
    expect(closed).toBe(true);
    expect(await unfinishedUploads()).toBe(0);
  });

  it('when it is aborted, though its source is silent', async () => {
    const storage = await open();
    const controller = new AbortController();
    async function* source(): AsyncGenerator<Uint8Array> {
      yield* stream(20);
      controller.abort(new Error('enough'));
      await new Promise(() => {});
    }
    await expect(storage.put(BUCKET, 'aborted', source(), { signal: controller.signal })).rejects.toThrow('enough');
    expect(await unfinishedUploads()).toBe(0);
  });

  it('when the storage is closed', async () => {
    const storage = await open();
    const halfway = Promise.withResolvers<void>();
    async function* source(): AsyncGenerator<Uint8Array> {
      yield* stream(20);
      halfway.resolve();
      await new Promise(() => {});
    }
    const putting = failure(storage.put(BUCKET, 'closed', source(), {}));
    await halfway.promise;
    await storage[Symbol.asyncDispose]();
    expect((await putting).message).toMatch(/was closed/);
    expect(await unfinishedUploads()).toBe(0);
  });
});

/** Objects, small and large, are put, read, listed and deleted through faults. */
async function losesNothing(storage: S3Storage, prefix: string): Promise<void> {
  for (let i = 0; i < 6; i++) {
    const ifAbsent = i % 2 === 0;
    expect(await storage.put(BUCKET, `${prefix}${i}`, text(`content ${i}`), { ifAbsent })).toBe(true);
    if (ifAbsent) expect(await storage.put(BUCKET, `${prefix}${i}`, text('late'), { ifAbsent })).toBe(false);
    expect(await read(storage, `${prefix}${i}`)).toBe(`content ${i}`);
  }
  expect(await storage.put(BUCKET, `${prefix}large`, stream(20), { ifAbsent: true })).toBe(true);
  expect((await storage.head(BUCKET, `${prefix}large`)).size).toBe(20 * MIB);
  const keys: string[] = [];
  for await (const { key } of storage.list(BUCKET, prefix, {})) keys.push(key);
  expect(keys).toHaveLength(7);
  await storage.delete(BUCKET, keys);
  expect(await unfinishedUploads()).toBe(0);
}

async function saysWhy(storage: S3Storage, reason: StorageFailure, message: RegExp): Promise<void> {
  const error = await failure(storage.put(BUCKET, 'key', text('x'), {}));
  expect(error).toMatchObject({ reason, message: expect.stringMatching(message) });
  expect(error.message).toContain('S3 could not put faults/key');
  expect(JSON.stringify(error) + error.stack).not.toContain(credentials.secretAccessKey);
}

// The client makes longer and longer pauses, in which nothing is done: they pass side by side, each with a server of its own.
describe.concurrent('a server that is too busy', { timeout: 120_000 }, () => {
  it('at every third request: nothing is lost or wrong', async () => {
    await using busy = await startFaultyHttpProxy(moto.port, ({ number }) =>
      number % 3 === 0 ? answer(503, 'SlowDown') : undefined,
    );
    await using storage = await openFor({ endpoint: busy.endpoint });
    await losesNothing(storage, 'third/busy/');
  });

  it('at all of them: the error says so', async () => {
    await using busy = await startFaultyHttpProxy(moto.port, () => answer(503, 'SlowDown'));
    await using storage = await openFor({ endpoint: busy.endpoint });
    await saysWhy(storage, 'throttled', /SlowDown/);
  });
});

describe('errors say what to do', () => {
  it.each<[string, HttpFault, StorageFailure, RegExp]>([
    ['a wrong secret', answer(403, 'SignatureDoesNotMatch'), 'access-denied', /secret_access_key/],
    ['a wrong key', answer(403, 'InvalidAccessKeyId'), 'access-denied', /access_key_id/],
    ['an expired token', answer(400, 'ExpiredToken'), 'access-denied', /expired.*new temporary credentials/],
    ['a wrong clock', answer(403, 'RequestTimeTooSkewed'), 'access-denied', /clock/],
    ['no permission', answer(403, 'AccessDenied'), 'access-denied', /credentials do not allow/],
    ['no room', answer(507, 'XMinioStorageFull'), 'full', /no room/],
    ['too much', answer(400, 'EntityTooLarge'), 'too-large', /split/],
    ['a server that is down', answer(503, 'ServiceUnavailable'), 'unavailable', /ServiceUnavailable/],
    [
      'another region, as Amazon redirects',
      answer(301, 'PermanentRedirect', '<Endpoint>faults.s3.eu-west-3.amazonaws.com</Endpoint>'),
      'other',
      /another region; correct s3\.region/,
    ],
    [
      'another region, in a header',
      { kind: 'answer', status: 301, headers: { 'x-amz-bucket-region': 'eu-west-3' } },
      'other',
      /in region eu-west-3; set s3\.region/,
    ],
    [
      'another region, by its signature',
      answer(400, 'AuthorizationHeaderMalformed', '<Region>eu-west-3</Region>'),
      'other',
      /in region eu-west-3; set s3\.region/,
    ],
  ])('%s', async (_, fault, reason, message) => {
    faultOf = () => fault;
    await saysWhy(await open(), reason, message);
  });

  it('a request without an answer in words (HEAD) tells the region as well', async () => {
    faultOf = () => ({ kind: 'answer', status: 301, headers: { 'x-amz-bucket-region': 'eu-west-3' } });
    const storage = await open();
    expect((await failure(storage.headBucket(BUCKET))).hint).toMatch(/eu-west-3/);
    expect((await failure(storage.head(BUCKET, 'key'))).hint).toMatch(/eu-west-3/);
  });

  it('a missing bucket, in each operation', async () => {
    const storage = await open();
    const missing = await failure(storage.put('no-such-bucket-here', 'key', text('x'), {}));
    expect(missing).toMatchObject({ reason: 'no-such-bucket', hint: expect.stringContaining('createBucket') });
    expect((await failure(storage.put('no-such-bucket-here', 'key', stream(20), {}))).reason).toBe('no-such-bucket');
    expect((await failure(storage.delete('no-such-bucket-here', ['a', 'b']))).reason).toBe('no-such-bucket');
    const read = await failure(storage.get('no-such-bucket-here', 'key', {}));
    expect(read).toBeInstanceOf(StorageNoSuchKeyError);
    expect(read.hint).toMatch(/no bucket 'no-such-bucket-here' either/);
  });

  it('a page of somebody between, without words for programmers', async () => {
    faultOf = () => ({
      kind: 'answer',
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: '<html>bad gateway<br>',
    });
    const storage = await open();
    const error = await failure(storage.put(BUCKET, 'key', text('x'), {}));
    expect(error).toMatchObject({ reason: 'unavailable', message: expect.not.stringContaining('$response') });
    expect(error.hint).toBe(undefined);
  });

  it('keys that could not be deleted, though the request went well', async () => {
    const storage = await open();
    faultOf = () => ({
      kind: 'answer',
      status: 200,
      headers: { 'content-type': 'application/xml' },
      body: '<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code></Error><Error><Key>b</Key><Code>AccessDenied</Code></Error></DeleteResult>',
    });
    const error = await failure(storage.delete(BUCKET, ['a', 'b']));
    expect(error).toMatchObject({ reason: 'access-denied', message: expect.stringMatching(/'a' and 1 more/) });
  });

  it('a server that does not answer', async () => {
    const storage = await open({ endpoint: 'http://127.0.0.1:9' });
    const error = await failure(storage.put(BUCKET, 'key', text('x'), {}));
    expect(error).toMatchObject({ reason: 'unavailable', hint: expect.stringMatching(/nothing answers/) });
  });

  it('a server that is none of S3', async () => {
    faultOf = () => ({
      kind: 'answer',
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html>hello<br>',
    });
    const storage = await open();
    const listing = (async () => {
      for await (const _ of storage.list(BUCKET, '', {}));
    })();
    expect(await failure(listing)).toMatchObject({ hint: expect.stringMatching(/speaks? S3/) });
  });

  it('an object that was deleted after it was listed', async () => {
    const storage = await open();
    await storage.put(BUCKET, 'gone/1', text('1'), {});
    for await (const { key } of storage.list(BUCKET, 'gone/', {})) {
      await storage.delete(BUCKET, [key]);
      const error = await failure(storage.get(BUCKET, key, {}));
      expect(error).toBeInstanceOf(StorageNoSuchKeyError);
    }
  });

  it.each(['', '\ud800', 'x'.repeat(1025)])('a text that can be no key (%#)', async (key) => {
    const storage = await open();
    const before = proxy.requests.length;
    await failure(storage.put(BUCKET, key, text('x'), {}));
    await failure(storage.get(BUCKET, key, {}));
    expect(proxy.requests.length).toBe(before);
  });

  it('an address that would be good for too long', async () => {
    const storage = await open();
    await expect(storage.presign?.(BUCKET, 'k', { method: 'GET', expiresSeconds: 604_801 })).rejects.toThrow(
      RangeError,
    );
  });
});

it('checks many deletions by MD5 where the new check sums are not known', async () => {
  const storage = await open({ checksums: 'md5' });
  const before = proxy.requests.length;
  await storage.delete(BUCKET, ['never', 'there']);
  const headers = proxy.requests[before]?.headers ?? {};
  expect(headers['content-md5']).toMatch(/^[A-Za-z0-9+/]{22}==$/);
  expect(Object.keys(headers).filter((name) => name.includes('checksum'))).toEqual([]);
});

it('deletes keys that no XML can hold', async () => {
  const storage = await open();
  for (const key of ['con\u0001trol', 'plain']) await storage.put(BUCKET, `xml/${key}`, text('x'), {});
  await storage.delete(BUCKET, ['xml/con\u0001trol', 'xml/plain']);
  for await (const { key } of storage.list(BUCKET, 'xml/', {})) expect.unreachable(`${key} is still there`);
});
