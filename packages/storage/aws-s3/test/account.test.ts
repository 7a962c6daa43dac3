import { GetBucketLifecycleConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { registry, Storage, StorageError } from '@lithops/core';
import {
  type FaultyHttpProxy,
  type HttpFault,
  type ProxiedRequest,
  startFaultyHttpProxy,
  startMoto,
} from '@lithops-tools/services';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import plugin, { awsS3 } from '../src/index.ts';

const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'only-for-tests' };
const BUCKET = 'lithops-eu-west-1-123456789012';

let moto: Awaited<ReturnType<typeof startMoto>>;
let proxy: FaultyHttpProxy;
let faultOf: (request: ProxiedRequest) => HttpFault | undefined = () => undefined;

beforeAll(async () => {
  registry.register(plugin);
  moto = await startMoto();
  proxy = await startFaultyHttpProxy(moto.port, (request) => faultOf(request));
}, 300_000);

beforeEach(() => {
  // Nothing of this machine's own: no keys, files or instance.
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_ENDPOINT_URL', proxy.endpoint);
});

afterEach(() => {
  faultOf = () => undefined;
  vi.unstubAllEnvs();
});

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await moto[Symbol.asyncDispose]();
});

const read = async (storage: Storage, bucket: string, key: string) =>
  new TextDecoder().decode(await storage.getObject(bucket, key));

async function failure(promise: Promise<unknown>): Promise<StorageError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw new Error(`no StorageError, but ${String(error)}`, { cause: error });
  return error;
}

describe('the automatic bucket', () => {
  it('is named after region and account, made on first use, and forgets unfinished uploads', async () => {
    await using storage = new Storage({ backend: awsS3({ region: 'eu-west-1', ...KEYS }) });
    const object = await storage.putCloudObject('hello');
    expect(object.bucket).toBe(BUCKET);
    expect(await read(storage, BUCKET, object.key)).toBe('hello');
    const client = new S3Client({ region: 'eu-west-1', endpoint: moto.endpoint, credentials: { ...KEYS } });
    const { Rules = [] } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }));
    client.destroy();
    expect(Rules.map((rule) => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation)).toEqual([1]);
  });

  it('asks nobody for the account where the section tells it', async () => {
    const before = proxy.requests.length;
    await using storage = new Storage({ backend: awsS3({ region: 'eu-west-1', ...KEYS, accountId: 123456789012 }) });
    expect((await storage.putCloudObject('hello')).bucket).toBe(BUCKET);
    expect(proxy.requests.slice(before).filter(({ method, path }) => method === 'POST' && path === '/')).toEqual([]);
  });

  it('is not used when it belongs to another account', async () => {
    faultOf = ({ method, headers }) =>
      method === 'HEAD' && headers['x-amz-expected-bucket-owner'] === '123456789012'
        ? { kind: 'answer', status: 403 }
        : undefined;
    await using storage = new Storage({ backend: awsS3({ region: 'eu-west-1', ...KEYS }) });
    const error = await failure(storage.putCloudObject('secret'));
    expect(error).toMatchObject({ reason: 'access-denied', hint: expect.stringContaining('aws_s3.storage_bucket') });
  });
});

describe('credentials', () => {
  it('come from section aws of a file as Python Lithops has it, or from the environment', async () => {
    const sections = [
      { aws: { region: 'eu-west-1', access_key_id: KEYS.accessKeyId, secret_access_key: KEYS.secretAccessKey } },
      { aws_s3: { region: 'eu-west-1' } },
    ];
    for (const [i, section] of sections.entries()) {
      if (i === 1) {
        vi.stubEnv('AWS_ACCESS_KEY_ID', KEYS.accessKeyId);
        vi.stubEnv('AWS_SECRET_ACCESS_KEY', KEYS.secretAccessKey);
      }
      await using storage = new Storage({ config: { lithops: { storage: 'aws_s3' }, ...section } });
      expect((await storage.putCloudObject('hello')).bucket).toBe(BUCKET);
    }
    expect(proxy.requests.at(-1)?.headers.authorization).toContain(`Credential=${KEYS.accessKeyId}/`);
  });

  it('that are nowhere are told with where they may be', async () => {
    await using storage = new Storage({ backend: awsS3({ region: 'eu-west-1', storageBucket: BUCKET }) });
    const error = await failure(storage.getObject(BUCKET, 'key'));
    expect(error).toMatchObject({
      reason: 'no-credentials',
      hint: expect.stringMatching(/access_key_id.*AWS_ACCESS_KEY_ID/),
    });
  });

  it('go with a region: one that is nowhere is told', async () => {
    await using storage = new Storage({ backend: awsS3({ ...KEYS, storageBucket: BUCKET }) });
    expect((await failure(storage.getObject(BUCKET, 'key'))).hint).toMatch(/aws_s3\.region/);
  });

  it.each([
    [{ accessKeyId: 'AKIA' }, /access_key_id and secret_access_key belong together/],
    [{ accountId: 'mine' }, /aws_s3\.account_id: the twelve digits/],
    [{ endpoint: 'localhost:9000' }, /aws_s3\.endpoint: an address/],
    [{ storageBucket: 'My_Bucket' }, /aws_s3\.storage_bucket: the name of a bucket/],
    [{ regoin: 'eu-west-1' }, /unknown key aws_s3\.regoin; did you mean aws_s3\.region/],
  ])('%o is refused', async (section, message) => {
    await using storage = new Storage({ backend: awsS3(section as object) });
    await expect(storage.getObject(BUCKET, 'key')).rejects.toThrow(message);
  });
});

it('goes on with a transfer that breaks in the middle, and never mixes two versions', async () => {
  await using storage = new Storage({ backend: awsS3({ region: 'eu-west-1', ...KEYS, storageBucket: BUCKET }) });
  const bytes = Buffer.from(Uint32Array.from({ length: 1_000_000 }, (_, i) => i).buffer);
  await storage.putObject(BUCKET, 'broken', bytes);
  let breaks = 0;
  faultOf = ({ method }) => (method === 'GET' && ++breaks <= 3 ? { kind: 'cut', bytes: 1_000_000 } : undefined);
  expect(Buffer.from(await storage.getObject(BUCKET, 'broken')).equals(bytes)).toBe(true);
  expect(breaks).toBe(4);
});

// Last: from here on the server looks at every signature.
it('keys that Amazon does not know, and secrets that are not theirs, are refused as such', async () => {
  const query = (parameters: Record<string, string>) =>
    fetch(moto.endpoint, {
      method: 'POST',
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x',
      },
      body: new URLSearchParams({ Version: '2010-05-08', ...parameters }),
    }).then((response) => response.text());
  await query({ Action: 'CreateUser', UserName: 'tester' });
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  await query({
    Action: 'PutUserPolicy',
    UserName: 'tester',
    PolicyName: 'all',
    PolicyDocument: JSON.stringify(policy),
  });
  const created = await query({ Action: 'CreateAccessKey', UserName: 'tester' });
  const accessKeyId = /<AccessKeyId>(.*?)</.exec(created)?.[1] ?? '';
  const secretAccessKey = /<SecretAccessKey>(.*?)</.exec(created)?.[1] ?? '';
  expect(accessKeyId).not.toBe('');
  await fetch(`${moto.endpoint}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  const failWith = async (keys: typeof KEYS) => {
    // Signatures name the host: no proxy between.
    await using storage = new Storage({
      backend: awsS3({ region: 'eu-west-1', ...keys, storageBucket: BUCKET, endpoint: moto.endpoint }),
    });
    await storage.putObject(BUCKET, 'signed', 'x');
  };
  expect(await failure(failWith(KEYS))).toMatchObject({
    reason: 'access-denied',
    hint: expect.stringContaining('access_key_id'),
  });
  expect(await failure(failWith({ accessKeyId, secretAccessKey: 'wrong' }))).toMatchObject({
    reason: 'access-denied',
    hint: expect.stringContaining('secret_access_key'),
  });
  await failWith({ accessKeyId, secretAccessKey });
});
