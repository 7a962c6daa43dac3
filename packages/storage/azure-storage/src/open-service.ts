import { AnonymousCredential, BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { ConfigError } from '@lithops/core/plugin';
import type { Account } from './account.ts';

/** Failures that pass are tried again by the client: at once, after a quarter of a second, after three quarters. */
const RETRIES = { maxTries: 4, retryDelayInMs: 250, maxRetryDelayInMs: 5000 };

/** The client of an account; credentials of the environment are loaded only where they are needed. @throws ConfigError */
export async function openService({ name, endpoint, credentials }: Account): Promise<BlobServiceClient> {
  const options = { retryOptions: RETRIES };
  switch (credentials.kind) {
    case 'key':
      return new BlobServiceClient(endpoint, sharedKey(name, credentials.key), options);
    case 'signature':
      return new BlobServiceClient(`${endpoint}?${credentials.signature}`, new AnonymousCredential(), options);
    case 'environment': {
      if (!endpoint.startsWith('https:'))
        throw new ConfigError('azure_storage: credentials of the environment are sent over https only', {
          hint: 'name an https endpoint, or set storage_account_key',
        });
      const { DefaultAzureCredential } = await import('@azure/identity');
      return new BlobServiceClient(endpoint, new DefaultAzureCredential(), options);
    }
  }
}

function sharedKey(account: string, key: string): StorageSharedKeyCredential {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key))
    throw new ConfigError('azure_storage.storage_account_key is not in base64, as account keys are');
  return new StorageSharedKeyCredential(account, key);
}
