import type { AwsS3Config } from './config.ts';

/** What both clients, of S3 and of STS, are made with. */
export function connectionOf({ region, accessKeyId, secretAccessKey, sessionToken, configProfile }: AwsS3Config): {
  readonly region?: string;
  readonly profile?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
} {
  return {
    ...(region !== undefined && { region }),
    ...(configProfile !== undefined && { profile: configProfile }),
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && {
        credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      }),
  };
}
