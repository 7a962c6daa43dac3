import type { PluginContext } from '@lithops/core/plugin';
import { S3Storage } from '@lithops/kit-s3/storage';
import { apiKeyOf, type IbmCosConfig } from './config.ts';
import { defaultBucket } from './default-bucket.ts';
import { endpointOf, regionOf } from './endpoints.ts';
import { iamTokens } from './iam-token.ts';

/** @throws StorageError */
export function openIbmCos(config: IbmCosConfig, { logger, signal }: PluginContext): Promise<S3Storage> {
  const { accessKeyId, secretAccessKey, serviceInstanceId, iamEndpoint, conditionalPut = false } = config;
  const apiKey = apiKeyOf(config);
  return S3Storage.open({
    region: regionOf(config),
    endpoint: endpointOf(config),
    pathStyle: true,
    ...(accessKeyId !== undefined && secretAccessKey !== undefined
      ? { credentials: { accessKeyId, secretAccessKey } }
      : apiKey !== undefined && { bearerToken: iamTokens(apiKey, iamEndpoint) }),
    checksums: 'md5',
    conditionalPut,
    service: {
      name: 'IBM Cloud Object Storage',
      section: 'ibm_cos',
      credentialsHint: 'set api_key and service_instance_id, or access_key_id and secret_access_key',
    },
    ...(config.storageBucket === undefined && { automaticBucket: async () => ({ name: defaultBucket(config) }) }),
    creationHeaders: serviceInstanceId === undefined ? {} : { 'ibm-service-instance-id': serviceInstanceId },
    logger,
    signal,
  });
}
