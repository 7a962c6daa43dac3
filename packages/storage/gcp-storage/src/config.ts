import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const bucketName = z
  .string()
  .check(
    z.regex(
      /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/,
      'a bucket name is expected: lower case letters, digits, dashes, underscores and dots',
    ),
  );

/** Section `gcp_storage` of a configuration; keys of section `gcp` are taken over. */
export const gcpStorageConfig = z.strictObject({
  /** Where buckets are made: `europe-west1`. Default: what Google chooses, `US`. */
  region: z.optional(text),
  /** File of a service account's key. Default: credentials of the environment (Application Default Credentials). */
  credentialsPath: z.optional(text),
  /** Project of buckets that are made. Default: that of the credentials. */
  projectName: z.optional(text),
  /** Bucket for jobs and CloudObjects. Default: `lithops-<region>-` and a digest of the project's name. */
  storageBucket: z.optional(bucketName),
  /** Where the service is, for emulators and private endpoints. Default: `https://storage.googleapis.com`. */
  endpoint: z.optional(z.string().check(z.regex(/^https?:\/\/[^/]/, 'an address like https://host is expected'))),
  // Keys of section `gcp` for the compute backends.
  serviceAccount: z.optional(z.string()),
  zone: z.optional(z.string()),
});

export type GcpStorageConfig = z.output<typeof gcpStorageConfig>;
