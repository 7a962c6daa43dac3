import { addressField, type ConfigSchema, flagField, sectionSchema, textField } from '@lithops/core/plugin';
import { bucketField } from '@lithops/kit-s3';

/** Section `ibm_cos` of a configuration; what is in section `ibm` counts too, where it is not said here. */
export interface IbmCosConfig {
  /** `us-south`; gives the endpoints. This or `endpoint` is needed. */
  readonly region?: string;
  /** Address to use wherever the program runs. */
  readonly endpoint?: string;
  /** Address to use outside of IBM Cloud. Default: that of the region. */
  readonly publicEndpoint?: string;
  /** Address to use inside of Code Engine. Default: that of the region. */
  readonly privateEndpoint?: string;
  /** Bucket for jobs and CloudObjects. Default: `lithops-<region>-<start of the access key or the instance>`, made on first use. */
  readonly storageBucket?: string;
  /** HMAC credentials; both or none. They win over an API key. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** API key of IAM, in either spelling. */
  readonly apiKey?: string;
  readonly iamApiKey?: string;
  /** CRN or GUID of the instance that new buckets belong to. Needed with an API key, unless `storageBucket` is there. */
  readonly serviceInstanceId?: string;
  /** Default: `https://iam.cloud.ibm.com`. */
  readonly iamEndpoint?: string;
  /** Whether `If-None-Match` may be relied on when writing. Default: false, for IBM does not promise it. */
  readonly conditionalPut?: boolean;
  /** Of other backends of IBM, in the section that they share; has no meaning here. */
  readonly resourceGroupId?: string;
}

export const ibmCosConfig: ConfigSchema<IbmCosConfig> & { readonly keys: readonly string[] } =
  sectionSchema<IbmCosConfig>(
    {
      region: textField,
      endpoint: addressField,
      publicEndpoint: addressField,
      privateEndpoint: addressField,
      storageBucket: bucketField,
      accessKeyId: textField,
      secretAccessKey: textField,
      apiKey: textField,
      iamApiKey: textField,
      serviceInstanceId: textField,
      iamEndpoint: addressField,
      conditionalPut: flagField,
      resourceGroupId: textField,
    },
    (config) => {
      const { region, endpoint, publicEndpoint, accessKeyId, secretAccessKey, serviceInstanceId, storageBucket } =
        config;
      const missing = (key: keyof IbmCosConfig, message: string) => [{ path: [key], message }];
      if (region === undefined && endpoint === undefined && publicEndpoint === undefined)
        return missing('region', 'region or endpoint is needed, and both are missing');
      if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
        return missing('accessKeyId', 'access_key_id and secret_access_key belong together');
      if (accessKeyId === undefined && apiKeyOf(config) === undefined)
        return missing('apiKey', 'api_key is needed, or access_key_id with secret_access_key');
      if (accessKeyId === undefined && serviceInstanceId === undefined && storageBucket === undefined)
        return missing('serviceInstanceId', 'it is needed with an API key, or else storage_bucket');
      return [];
    },
  );

export function apiKeyOf({ apiKey, iamApiKey }: IbmCosConfig): string | undefined {
  return apiKey ?? iamApiKey;
}
