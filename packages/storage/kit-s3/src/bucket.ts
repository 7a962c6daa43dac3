import { setTimeout as delay } from 'node:timers/promises';
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  HeadBucketCommand,
  PutBucketLifecycleConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type PluginLogger, StorageError } from '@lithops/core/plugin';
import type { AutomaticBucket } from './automatic-bucket.ts';
import { failureOf, isMissing } from './s3-errors.ts';

export interface BucketOptions {
  /** Where a bucket is made; undefined: where the endpoint is. */
  readonly locationOf: (region: string) => string | undefined;
  /** Headers of the request that makes a bucket. */
  readonly creationHeaders: Readonly<Record<string, string>>;
  /** Whether unfinished uploads of a client that died are to be removed by a rule of the bucket. */
  readonly expiresUploads: boolean;
}

const MOST_CONFLICTS = 8;
const CONFLICT_MS = 250;

/** Makes a bucket; it may be there already. @throws what the SDK throws */
export async function createBucket(
  client: S3Client,
  bucket: string,
  { locationOf, creationHeaders }: BucketOptions,
  signal: AbortSignal,
): Promise<void> {
  const location = locationOf(await client.config.region());
  const command = new CreateBucketCommand({
    Bucket: bucket,
    ...(location !== undefined && {
      CreateBucketConfiguration: { LocationConstraint: location as BucketLocationConstraint }, // the SDK lists those of its day
    }),
  });
  addHeaders(command, creationHeaders);
  for (let conflicts = 0; ; conflicts++) {
    try {
      await client.send(command, { abortSignal: signal });
      return;
    } catch (error) {
      const { code } = failureOf(error);
      if (code === 'BucketAlreadyOwnedByYou') return;
      // Some say so of a bucket of one's own as well.
      if (code === 'BucketAlreadyExists' && (await isReachable(client, bucket, signal))) return;
      if (code !== 'OperationAborted' || conflicts === MOST_CONFLICTS) throw error;
      // Somebody else is making it just now.
      await delay(CONFLICT_MS, undefined, { signal });
      if (await isReachable(client, bucket, signal)) return;
    }
  }
}

/** @throws what the SDK throws where it is there, but not for us. */
export async function bucketExists(
  client: S3Client,
  bucket: string,
  signal: AbortSignal,
  owner?: string,
): Promise<boolean> {
  try {
    const command = new HeadBucketCommand({
      Bucket: bucket,
      ...(owner !== undefined && { ExpectedBucketOwner: owner }),
    });
    await client.send(command, { abortSignal: signal });
    return true;
  } catch (error) {
    if (isMissing(failureOf(error))) return false;
    throw error;
  }
}

/** Makes the automatic bucket if it is not there. @throws StorageError when another account has it; what the SDK throws */
export async function ensureBucket(
  client: S3Client,
  { name, owner }: AutomaticBucket,
  options: BucketOptions,
  {
    signal,
    logger,
    section,
  }: { readonly signal: AbortSignal; readonly logger: PluginLogger; readonly section: string },
): Promise<void> {
  try {
    if (await bucketExists(client, name, signal, owner)) return;
  } catch (cause) {
    if (failureOf(cause).status !== 403) throw cause;
    throw new StorageError(`bucket '${name}', the default one, belongs to another account or is not allowed to you`, {
      reason: 'access-denied',
      hint: `name a bucket of your own: ${section}.storage_bucket`,
      cause,
    });
  }
  await createBucket(client, name, options, signal);
  logger.info(`made bucket ${name}`);
  if (options.expiresUploads) await expireUploads(client, name, signal, logger);
}

async function expireUploads(
  client: S3Client,
  bucket: string,
  signal: AbortSignal,
  logger: PluginLogger,
): Promise<void> {
  const rule = {
    ID: 'lithops-unfinished-uploads',
    Status: 'Enabled' as const,
    Filter: { Prefix: '' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  };
  const command = new PutBucketLifecycleConfigurationCommand({
    Bucket: bucket,
    LifecycleConfiguration: { Rules: [rule] },
  });
  try {
    await client.send(command, { abortSignal: signal });
  } catch (error) {
    // It saves the space of uploads whose client was killed, no more.
    logger.warn(`bucket ${bucket} has no rule that removes unfinished uploads: ${failureOf(error).code}`);
  }
}

async function isReachable(client: S3Client, bucket: string, signal: AbortSignal): Promise<boolean> {
  return bucketExists(client, bucket, signal).catch(() => false);
}

function addHeaders(command: CreateBucketCommand, headers: Readonly<Record<string, string>>): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { readonly headers: Record<string, string> }; // an HTTP request, after its serialization
      Object.assign(request.headers, headers);
      return next(args);
    },
    { step: 'build', name: 'lithopsCreationHeaders' },
  );
}
