import { addressField, type ConfigSchema, flagField, sectionSchema, textField } from '@lithops/core/plugin';
import { bucketField } from '@lithops/kit-s3';

/** Section `aws_s3` of a configuration; what is in section `aws` counts too, where it is not said here. */
export interface AwsS3Config {
  /** Default: AWS_REGION, or that of the profile. */
  readonly region?: string;
  /** Bucket for jobs and CloudObjects. Default: `lithops-<region>-<account>`, made on first use. */
  readonly storageBucket?: string;
  /** Keys; both or none. Default: the chain of the SDK (environment, shared files, SSO, container, instance). */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Of temporary keys. */
  readonly sessionToken?: string;
  /** Profile of the shared configuration files. Default: AWS_PROFILE, or `default`. */
  readonly configProfile?: string;
  /** Number of the account, twelve digits. Default: asked of STS, for the name of the automatic bucket only. */
  readonly accountId?: string | number;
  /** Server to use instead of Amazon's. */
  readonly endpoint?: string;
  /** `https://endpoint/bucket/key` instead of `https://bucket.endpoint/key`. Default: with an endpoint that is not Amazon's. */
  readonly pathStyle?: boolean;
  /** Whether the server at `endpoint` honours `If-None-Match`. Default: true. */
  readonly conditionalPut?: boolean;
}

export const awsS3Config: ConfigSchema<AwsS3Config> & { readonly keys: readonly string[] } = sectionSchema<AwsS3Config>(
  {
    region: textField,
    storageBucket: bucketField,
    accessKeyId: textField,
    secretAccessKey: textField,
    sessionToken: textField,
    configProfile: textField,
    // YAML takes it for a number, without its zeros at the front.
    accountId: (value) =>
      /^\d{1,12}$/.test(String(value)) ? undefined : 'the twelve digits of an account are expected',
    endpoint: addressField,
    pathStyle: flagField,
    conditionalPut: flagField,
  },
  ({ accessKeyId, secretAccessKey, sessionToken }) => {
    const keys = [accessKeyId, secretAccessKey].filter((key) => key !== undefined).length;
    if (keys === 1 || (keys === 0 && sessionToken !== undefined))
      return [{ path: ['accessKeyId'], message: 'access_key_id and secret_access_key belong together' }];
    return [];
  },
);

/** Whether the endpoint is somebody else's than Amazon's. */
export function isForeign({ endpoint }: AwsS3Config): boolean {
  return endpoint !== undefined && !/\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
}

/** All twelve digits. */
export function accountOf({ accountId }: AwsS3Config): string | undefined {
  return accountId === undefined ? undefined : String(accountId).padStart(12, '0');
}
