import { bucketNameOf } from '@lithops/kit-s3';
import type { IbmCosConfig } from './config.ts';
import { regionOf } from './endpoints.ts';

/** Names are shared by all customers of IBM: that of the keys or the instance is in it. */
export function defaultBucket(config: IbmCosConfig): string {
  const { storageBucket, accessKeyId, serviceInstanceId = '' } = config;
  if (storageBucket !== undefined) return storageBucket;
  // A CRN ends with the GUID of its instance and two colons.
  const guid = serviceInstanceId.split(':').findLast((part) => part !== '') ?? '';
  return bucketNameOf(regionOf(config), accessKeyId?.slice(0, 6) ?? guid.slice(0, 8));
}
