import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { LambdaSettings } from '../settings.ts';

const CONNECT_MS = 10_000;
/** Of requests about functions, which are answered soon. */
const ANSWER_MS = 60_000;
const MOST_ATTEMPTS = 6;
/** Beside those that run invocations. */
const SPARE_CONNECTIONS = 4;

/** For requests about functions: with the SDK's own retries, slower while Lambda throttles. */
export function controlClient(settings: LambdaSettings): LambdaClient {
  return new LambdaClient({
    ...connectionOf(settings),
    retryMode: 'adaptive',
    maxAttempts: MOST_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS },
  });
}

/**
 * For invocations: never repeated by the SDK, which does not know what has been run, and waited for as long as they take.
 * Connections are kept, one for each invocation at a time.
 */
export function invokingClient(settings: LambdaSettings, connections: number): LambdaClient {
  const agent = { keepAlive: true, maxSockets: connections + SPARE_CONNECTIONS, noDelay: true };
  return new LambdaClient({
    ...connectionOf(settings),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      // An answer may take as long as a function may run; silence in it is watched over by who reads it.
      requestTimeout: 0,
      socketTimeout: 0,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
}

/** For roles. */
export function roleClient(settings: LambdaSettings): IAMClient {
  return new IAMClient({ ...connectionOf(settings), maxAttempts: MOST_ATTEMPTS });
}

type Connection = Pick<LambdaClientConfig, 'region' | 'endpoint' | 'profile' | 'credentials'>;

/** How the services of AWS are reached under a configuration, and by whom. */
export function connectionOf({
  region,
  endpoint,
  configProfile,
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: LambdaSettings): Connection {
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(configProfile !== undefined && { profile: configProfile }),
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && {
        credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      }),
  };
}
