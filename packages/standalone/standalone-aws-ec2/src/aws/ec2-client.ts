import { EC2Client } from '@aws-sdk/client-ec2';
import type { Ec2Config } from '../config.ts';

const CONNECT_MS = 10_000;
const ANSWER_MS = 60_000;
const MOST_ATTEMPTS = 6;

/** With the SDK's own retries, slower while EC2 throttles. */
export function ec2Client({
  region,
  endpoint,
  configProfile,
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: Ec2Config): EC2Client {
  return new EC2Client({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(configProfile !== undefined && { profile: configProfile }),
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && {
        credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      }),
    retryMode: 'adaptive',
    maxAttempts: MOST_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS },
  });
}
