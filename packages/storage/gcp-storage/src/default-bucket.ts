import { createHash } from 'node:crypto';
import { StorageError } from '@lithops/core/plugin';
import type { GcpStorageConfig } from './config.ts';
import { readCredentials } from './credentials.ts';

/**
 * Bucket for jobs and CloudObjects. Names of buckets are taken all over the world, so a project has one of its own.
 * @throws ConfigError, StorageError
 */
export async function bucketOf(config: GcpStorageConfig): Promise<string> {
  if (config.storageBucket !== undefined) return config.storageBucket;
  const digest = createHash('sha256')
    .update(await projectOf(config))
    .digest('hex')
    .slice(0, 6);
  return ['lithops', config.region?.toLowerCase(), digest].filter((part) => part !== undefined).join('-');
}

async function projectOf(config: GcpStorageConfig): Promise<string> {
  if (config.projectName !== undefined) return config.projectName;
  const inFile =
    config.credentialsPath === undefined ? undefined : (await readCredentials(config.credentialsPath)).project_id;
  const known = inFile ?? process.env['GOOGLE_CLOUD_PROJECT'] ?? process.env['GCLOUD_PROJECT'];
  if (known !== undefined) return known;
  const { GcpClient } = await import('./gcp-client.ts');
  try {
    return await (await GcpClient.open(config)).projectId();
  } catch (cause) {
    const reason = cause instanceof StorageError ? cause.reason : 'no-credentials';
    throw new StorageError('no Google Cloud project is known', {
      reason,
      hint: 'set gcp_storage.storage_bucket or gcp_storage.project_name, or log in (gcloud auth application-default login)',
      cause,
    });
  }
}
