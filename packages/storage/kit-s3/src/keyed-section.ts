import { addressField, type ConfigSchema, flagField, sectionSchema, textField } from '@lithops/core/plugin';
import { bucketField } from './bucket-field.ts';

/** Section of a server of one's own that is reached with a pair of keys. */
export interface KeyedSection {
  /** `http://host:9000`. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys. */
  readonly sessionToken?: string;
  /** Default: `us-east-1`, which servers that have no regions take. */
  readonly region?: string;
  /** Bucket for jobs and CloudObjects. Default: `lithops-<endpoint>-<first six of the access key>`, made on first use. */
  readonly storageBucket?: string;
  /** `https://endpoint/bucket/key` instead of `https://bucket.endpoint/key`. Default: true. */
  readonly pathStyle?: boolean;
  /** Whether the server honours `If-None-Match` when it writes. */
  readonly conditionalPut?: boolean;
}

export const keyedSection: ConfigSchema<KeyedSection> & { readonly keys: readonly string[] } =
  sectionSchema<KeyedSection>(
    {
      endpoint: addressField,
      accessKeyId: textField,
      secretAccessKey: textField,
      sessionToken: textField,
      region: textField,
      storageBucket: bucketField,
      pathStyle: flagField,
      conditionalPut: flagField,
    },
    (config) =>
      (['endpoint', 'accessKeyId', 'secretAccessKey'] as const)
        .filter((key) => config[key] === undefined)
        .map((key) => ({ path: [key], message: 'it is needed, and missing' })),
  );
