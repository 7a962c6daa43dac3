import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const containerName = z
  .string()
  .check(
    z.regex(
      /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$|^\$(root|web)$/,
      'a container name is expected: 3 to 63 lower case letters, digits and single dashes between them',
    ),
  );
const endpoint = z
  .string()
  .check(z.regex(/^https?:\/\/[^/]/, 'an address like https://account.blob.core.windows.net is expected'));

/** Section `azure_storage` of a configuration; keys of section `azure` are taken over. */
export const azureStorageConfig = z
  .strictObject({
    storageAccountName: z.optional(
      z.string().check(z.regex(/^[a-z0-9]{3,24}$/, '3 to 24 lower case letters and digits are expected')),
    ),
    /** Without it, and without the two below, credentials are those of the environment (DefaultAzureCredential). */
    storageAccountKey: z.optional(text),
    /** `DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...`, in place of name and key. */
    connectionString: z.optional(text),
    /** A shared access signature, in place of the key. */
    sasToken: z.optional(text),
    /** Where blobs are, where that is not `https://<account>.blob.core.windows.net`. */
    endpoint: z.optional(endpoint),
    /** Container for jobs and CloudObjects. Default: `lithops-<account>`. */
    storageBucket: z.optional(containerName),
    /** The same, as Azure calls it. */
    storageContainer: z.optional(containerName),
    // Keys of section `azure` for the compute backends.
    resourceGroup: z.optional(z.string()),
    region: z.optional(z.string()),
    subscriptionId: z.optional(z.string()),
  })
  .check(
    z.refine(
      ({ storageAccountName, connectionString, endpoint }) =>
        storageAccountName !== undefined || connectionString !== undefined || endpoint !== undefined,
      'storage_account_name is missing (or connection_string, or endpoint)',
    ),
  );

export type AzureStorageConfig = z.output<typeof azureStorageConfig>;
