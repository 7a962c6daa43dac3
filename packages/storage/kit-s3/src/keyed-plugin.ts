import { defineStoragePlugin, type StoragePlugin } from '@lithops/core/plugin';
import { bucketNameOf } from './automatic-bucket.ts';
import { type KeyedSection, keyedSection } from './keyed-section.ts';
import { MAX_OBJECT_BYTES } from './part-size.ts';

/** A server of one's own that speaks S3. */
export interface KeyedServer {
  /** Of the plugin: `minio`. */
  readonly name: string;
  /** For messages: `MinIO`. */
  readonly title: string;
  /** Whether it is known to honour `If-None-Match`, where the section does not say. */
  readonly conditionalPut: boolean;
}

/** The storage plugin for such a server. Defining it loads no SDK. */
export function defineKeyedPlugin({ name, title, conditionalPut }: KeyedServer): StoragePlugin<KeyedSection> {
  return defineStoragePlugin({
    api: 1,
    name,
    config: keyedSection,
    capabilities: (config) => ({
      conditionalPut: config.conditionalPut ?? conditionalPut,
      presign: true,
      maxObjectBytes: MAX_OBJECT_BYTES,
    }),
    defaultBucket,
    create: async (config, { logger, signal }) => {
      const { S3Storage } = await import('./s3-storage.ts');
      const { region = 'us-east-1', endpoint, accessKeyId, secretAccessKey, sessionToken, pathStyle = true } = config;
      return S3Storage.open({
        region,
        endpoint,
        pathStyle,
        credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
        checksums: 'md5',
        conditionalPut: config.conditionalPut ?? conditionalPut,
        service: { name: title, section: name, credentialsHint: 'set access_key_id and secret_access_key' },
        ...(config.storageBucket === undefined && { automaticBucket: async () => ({ name: defaultBucket(config) }) }),
        logger,
        signal,
      });
    },
  });
}

function defaultBucket({ storageBucket, endpoint, accessKeyId }: KeyedSection): string {
  return storageBucket ?? bucketNameOf(new URL(endpoint).host, accessKeyId.slice(0, 6));
}
