import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ConfigError, StorageError } from '@lithops/core/plugin';
import { type AutomaticBucket, bucketNameOf } from '@lithops/kit-s3';
import { toStorageError } from '@lithops/kit-s3/storage';
import { type AwsS3Config, accountOf, isForeign } from './config.ts';
import { connectionOf } from './connection.ts';
import { AWS_S3 } from './service.ts';

const known = new WeakMap<AwsS3Config, Promise<AutomaticBucket>>();

/**
 * The bucket of who names none. Its name holds the whole number of the account, so that every role of it, on a client or
 * in a worker, finds the same bucket, and another account's can be told.
 * @throws ConfigError, StorageError
 */
export function automaticBucket(config: AwsS3Config): Promise<AutomaticBucket> {
  const before = known.get(config);
  if (before !== undefined) return before;
  const asked = ask(config);
  known.set(config, asked);
  asked.catch(() => known.delete(config)); // not for ever: it may have been the network
  return asked;
}

async function ask(config: AwsS3Config): Promise<AutomaticBucket> {
  const { accessKeyId, endpoint } = config;
  if (endpoint !== undefined && isForeign(config) && config.accountId === undefined) {
    if (accessKeyId !== undefined) return { name: bucketNameOf(new URL(endpoint).host, accessKeyId.slice(0, 6)) };
    throw new ConfigError(`aws_s3.storage_bucket is needed: there is no account to name a bucket after at ${endpoint}`);
  }
  const client = new STSClient(connectionOf(config));
  try {
    const region = await client.config.region();
    const owner = accountOf(config) ?? (await accountOfCaller(client));
    return { name: bucketNameOf(region, owner), owner };
  } catch (error) {
    throw toStorageError(AWS_S3, { action: 'find out whose bucket to use', bucket: '' }, error);
  } finally {
    client.destroy();
  }
}

async function accountOfCaller(client: STSClient): Promise<string> {
  const { Account } = await client.send(new GetCallerIdentityCommand({}));
  if (Account !== undefined) return Account;
  throw new StorageError('AWS does not say which account the credentials belong to', {
    hint: 'name a bucket: aws_s3.storage_bucket',
  });
}
