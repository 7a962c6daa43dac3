import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type MotoServer, startMoto } from '@lithops-tools/services';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askService } from '../src/services/aws-service.ts';
import { startAccount, type TestAccount } from './account.ts';
import { refusalOf } from './refusal.ts';
import { zipOf } from './zip.ts';

const SOURCE = 'export const handler = async () => "from S3";';
const NOT_ASSUMABLE = {
  name: 'InvalidParameterValueException',
  message: 'The role defined for the function cannot be assumed by Lambda.',
};
let moto: MotoServer;
let account: TestAccount;

beforeAll(async () => {
  moto = await startMoto();
  account = await startAccount({ iamEndpoint: moto.endpoint, s3Endpoint: moto.endpoint });
});
afterAll(async () => {
  await account?.[Symbol.asyncDispose]();
  await moto?.[Symbol.asyncDispose]();
});

/** Makes a role that this service may assume; the answer is its ARN. */
async function createRole(name: string, service: string): Promise<string> {
  const Statement = [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }];
  const { status } = await askService(moto.endpoint, 'iam', '/', {
    Action: 'CreateRole',
    Version: '2010-05-08',
    RoleName: name,
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
  });
  expect(status).toBe(200);
  return `arn:aws:iam::123456789012:role/${name}`;
}

test('a role has to be there, and to trust Lambda', async () => {
  const absent = 'arn:aws:iam::123456789012:role/absent';
  expect(await refusalOf(account.deploy('f', SOURCE, { Role: absent }))).toMatchObject(NOT_ASSUMABLE);
  const other = await createRole('other', 'ec2.amazonaws.com');
  expect(await refusalOf(account.deploy('f', SOURCE, { Role: other }))).toMatchObject(NOT_ASSUMABLE);
  await account.deploy('f', SOURCE, { Role: await createRole('worker', 'lambda.amazonaws.com') });
});

test('a role is not known at once', async () => {
  await using slow = await startAccount({ iamEndpoint: moto.endpoint, roleDelayMs: 3_600_000 });
  const Role = await createRole('new', 'lambda.amazonaws.com');
  expect(await refusalOf(slow.deploy('f', SOURCE, { Role }))).toMatchObject(NOT_ASSUMABLE);
});

test('code is read from S3', async () => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const s3 = new S3Client({ endpoint: moto.endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'code' }));
  await s3.send(new PutObjectCommand({ Bucket: 'code', Key: 'a b/worker.zip', Body: zipOf({ 'index.mjs': SOURCE }) }));
  s3.destroy();
  const Role = await createRole('reader', 'lambda.amazonaws.com');
  await account.deploy('stored', '', { Role, Code: { S3Bucket: 'code', S3Key: 'a b/worker.zip' } });
  expect(await account.invoke('stored')).toMatchObject({ payload: 'from S3' });
  const absent = account.deploy('absent', '', { Role, Code: { S3Bucket: 'code', S3Key: 'none' } });
  expect(await refusalOf(absent)).toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining('S3 Error Code: NoSuchKey'),
  });
});
