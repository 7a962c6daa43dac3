import { type LithopsConfig, registry, Storage, StorageError } from '@lithops/core';
import { startMoto } from '@lithops-tools/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointOf, regionOf } from '../src/endpoints.ts';
import plugin, { type IbmCosConfig, ibmCos } from '../src/index.ts';
import { type IbmCloud, startIbmCloud } from './ibm-cloud.ts';

const HMAC = { accessKeyId: '3fa85f64aabbccdd', secretAccessKey: 'only-for-tests' };

let moto: Awaited<ReturnType<typeof startMoto>>;
let ibmCloud: IbmCloud;
let config: IbmCosConfig;

beforeAll(async () => {
  registry.register(plugin);
  moto = await startMoto();
  ibmCloud = await startIbmCloud(moto.port);
  const { apiKey, serviceInstanceId, iamEndpoint, cosEndpoint: endpoint } = ibmCloud;
  config = { region: 'us-south', endpoint, iamEndpoint, apiKey, serviceInstanceId };
}, 300_000);

afterAll(async () => {
  await ibmCloud[Symbol.asyncDispose]();
  await moto[Symbol.asyncDispose]();
});

async function failure(run: (storage: Storage) => Promise<unknown>, section: IbmCosConfig): Promise<Error> {
  await using storage = new Storage({ backend: ibmCos(section) });
  const error = await run(storage).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('no error');
  return error;
}

describe('an API key', () => {
  it('gives a token that is used for many requests, in a bucket of its instance', async () => {
    const before = ibmCloud.tokensIssued;
    await using storage = new Storage({ backend: ibmCos(config) });
    const object = await storage.putCloudObject('hello');
    expect(object.bucket).toBe('lithops-us-south-9fc1c4c7');
    expect(new TextDecoder().decode(await storage.getCloudObject(object))).toBe('hello');
    expect(ibmCloud.tokensIssued).toBe(before + 1);
  });

  it('may stand in section ibm of a file as Python Lithops has it', async () => {
    const file: object = {
      lithops: { storage: 'ibm_cos' },
      ibm: { iam_api_key: ibmCloud.apiKey, region: 'us-south', resource_group_id: 'any' },
      ibm_cos: {
        service_instance_id: ibmCloud.serviceInstanceId,
        endpoint: ibmCloud.cosEndpoint,
        iam_endpoint: ibmCloud.iamEndpoint,
      },
    };
    await using storage = new Storage({ config: file as LithopsConfig }); // the types know one spelling only
    expect((await storage.putCloudObject('hello')).bucket).toBe('lithops-us-south-9fc1c4c7');
  });

  it('is asked for a new token before the old one ends', async () => {
    ibmCloud.issueFor(9);
    try {
      const before = ibmCloud.tokensIssued;
      await using storage = new Storage({ backend: ibmCos(config) });
      for (let i = 0; i < 3; i++) await storage.putCloudObject('hello');
      // The SDK takes a token of less than ten seconds for one that has ended.
      expect(ibmCloud.tokensIssued - before).toBeGreaterThanOrEqual(3);
    } finally {
      ibmCloud.issueFor(3600);
    }
  });

  it('that is wrong is told, and never shown', async () => {
    const apiKey = 'a-secret-that-is-wrong';
    const error = await failure((storage) => storage.putCloudObject('x'), { ...config, apiKey });
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ reason: 'access-denied', hint: expect.stringContaining('api_key') });
    expect(error.message).toMatch(/could not be found/);
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
      expect(`${cause.stack}${JSON.stringify(cause)}`).not.toContain(apiKey);
  });

  it('cannot make a bucket without its instance, nor sign an address', async () => {
    const { serviceInstanceId: _, ...without } = config;
    const section = { ...without, storageBucket: 'some-bucket' };
    const error = await failure((storage) => storage.createBucket('some-bucket'), section);
    expect(error.message).toMatch(/ibm-service-instance-id/);
    expect(plugin.capabilities(section).presign).toBe(false);
  });

  it('is of no use without IAM', async () => {
    await using storage = new Storage({
      backend: ibmCos({ ...config, iamEndpoint: 'http://127.0.0.1:9' }),
      config: { lithops: { storageRetries: 0 } },
    });
    await expect(storage.putCloudObject('x')).rejects.toMatchObject({ reason: 'unavailable' });
  });
});

it('HMAC credentials sign requests and addresses', async () => {
  const section = { region: 'eu-de', endpoint: moto.endpoint, ...HMAC, apiKey: 'unused' };
  expect(plugin.capabilities(section).presign).toBe(true);
  await using storage = new Storage({ backend: ibmCos(section) });
  const { bucket, key } = await storage.putCloudObject('signed');
  expect(bucket).toBe('lithops-eu-de-3fa85f');
  expect(new TextDecoder().decode(await storage.getObject(bucket, key))).toBe('signed');
});

it.each<[IbmCosConfig, NodeJS.ProcessEnv, string, string]>([
  [{ region: 'eu-de' }, {}, 'https://s3.eu-de.cloud-object-storage.appdomain.cloud', 'eu-de'],
  [
    { endpoint: 'https://s3.direct.jp-tok.cloud-object-storage.appdomain.cloud' },
    {},
    'https://s3.direct.jp-tok.cloud-object-storage.appdomain.cloud',
    'jp-tok',
  ],
  [
    { region: 'eu-de', publicEndpoint: 'https://a.example', privateEndpoint: 'https://b.example' },
    {},
    'https://a.example',
    'eu-de',
  ],
  [
    { region: 'eu-de', publicEndpoint: 'https://a.example', privateEndpoint: 'https://b.example' },
    { CE_PROJECT_ID: 'p', CE_REGION: 'eu-de' },
    'https://b.example',
    'eu-de',
  ],
  [
    { region: 'eu-de' },
    { CE_PROJECT_ID: 'p', CE_REGION: 'eu-de' },
    'https://s3.private.eu-de.cloud-object-storage.appdomain.cloud',
    'eu-de',
  ],
])('requests of %o go where they belong', (section, env, endpoint, region) => {
  expect(endpointOf(section, env)).toBe(endpoint);
  expect(regionOf(section)).toBe(region);
});

it.each<[IbmCosConfig, RegExp]>([
  [{ apiKey: 'k', serviceInstanceId: 'i' }, /ibm_cos\.region: region or endpoint is needed/],
  [{ region: 'eu-de' }, /ibm_cos\.api_key: api_key is needed/],
  [{ region: 'eu-de', apiKey: 'k' }, /ibm_cos\.service_instance_id: it is needed/],
  [{ region: 'eu-de', accessKeyId: 'k' }, /belong together/],
])('%o is refused', async (section, message) => {
  expect((await failure((storage) => storage.listKeys('bucket'), section)).message).toMatch(message);
});
