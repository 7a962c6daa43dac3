import { createHash } from 'node:crypto';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

export interface S3ConnectionOptions {
  /** Absent: what the environment or the profile says. */
  readonly region?: string;
  /** Absent: Amazon's own of the region. */
  readonly endpoint?: string;
  /** `https://endpoint/bucket/key` instead of `https://bucket.endpoint/key`. */
  readonly pathStyle: boolean;
  /** Absent, and no `bearerToken` either: the SDK looks for them, see `credentialsHint` of the service. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Requests carry this token instead of a signature. */
  readonly bearerToken?: () => Promise<string>;
  /** Of the shared configuration files of AWS. */
  readonly profile?: string;
  /** Amazon's check sums of today, or the `Content-MD5` that all servers know. */
  readonly checksums: 'crc' | 'md5';
}

/** As many as a client of thousands of workers can use. */
const MOST_CONNECTIONS = 256;
const CONNECT_MS = 10_000;
/** Servers put many parts together in silence. */
const SILENCE_MS = 120_000;
const MOST_ATTEMPTS = 5;

/** The SDK's client, with its own retries. */
export function createS3Client(options: S3ConnectionOptions): S3Client {
  const client = new S3Client(clientConfig(options));
  if (options.checksums === 'md5') addContentMd5(client);
  return client;
}

/** For addresses that others use: they must not hold the check sum of a body that is not known yet. */
export function createPresigningClient(options: S3ConnectionOptions): S3Client {
  return new S3Client(clientConfig({ ...options, checksums: 'md5' }));
}

function clientConfig({
  region,
  endpoint,
  pathStyle,
  credentials,
  bearerToken,
  profile,
  checksums,
}: S3ConnectionOptions): S3ClientConfig {
  const whenToCheck = checksums === 'crc' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  const agent = { keepAlive: true, maxSockets: MOST_CONNECTIONS };
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    // The SDK writes into what it is given.
    ...(credentials !== undefined && { credentials: { ...credentials } }),
    ...(bearerToken !== undefined && bearerAuthorization(bearerToken)),
    forcePathStyle: pathStyle,
    retryMode: 'adaptive',
    maxAttempts: MOST_ATTEMPTS,
    requestChecksumCalculation: whenToCheck,
    responseChecksumValidation: whenToCheck,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}

function bearerAuthorization(bearerToken: () => Promise<string>): Pick<S3ClientConfig, 'credentials' | 'signer'> {
  return {
    // The SDK asks for keys before it asks the signer, which has no use for them.
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    signer: {
      sign: async (request) => {
        request.headers['authorization'] = `Bearer ${await bearerToken()}`;
        return request;
      },
    },
  };
}

/** Deleting many is refused without a check sum, and servers other than Amazon's do not know the new ones. */
function addContentMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === 'DeleteObjectsCommand') {
          const request = args.request as { readonly headers: Record<string, string>; readonly body: string }; // an HTTP request, after its serialization
          for (const name of Object.keys(request.headers))
            if (/^x-amz-(checksum-|sdk-checksum-)/i.test(name)) delete request.headers[name];
          request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
        }
        return next(args);
      },
    { step: 'build', priority: 'low', name: 'lithopsContentMd5' },
  );
}
