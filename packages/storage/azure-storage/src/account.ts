import { ConfigError } from '@lithops/core/plugin';
import type { AzureStorageConfig } from './config.ts';

/** A storage account and how to get in. */
export interface Account {
  readonly name: string;
  /** Address of its blobs. */
  readonly endpoint: string;
  readonly credentials:
    | { readonly kind: 'key'; readonly key: string }
    | { readonly kind: 'signature'; readonly signature: string }
    | { readonly kind: 'environment' };
}

/** @throws ConfigError for connection strings that are none, and for several credentials at once. */
export function accountOf(config: AzureStorageConfig): Account {
  const parts = connectionParts(config.connectionString);
  const key = config.storageAccountKey ?? parts.get('AccountKey');
  const signature = (config.sasToken ?? parts.get('SharedAccessSignature'))?.replace(/^\?/, '');
  if (key !== undefined && signature !== undefined)
    throw new ConfigError('azure_storage has both an account key and a shared access signature; one of them is enough');
  const name =
    config.storageAccountName ?? parts.get('AccountName') ?? nameIn(config.endpoint ?? parts.get('BlobEndpoint'));
  const protocol = parts.get('DefaultEndpointsProtocol') ?? 'https';
  const suffix = parts.get('EndpointSuffix') ?? 'core.windows.net';
  const endpoint = config.endpoint ?? parts.get('BlobEndpoint') ?? `${protocol}://${name}.blob.${suffix}`;
  return {
    name,
    endpoint: endpoint.replace(/\/+$/, ''),
    credentials:
      key !== undefined
        ? { kind: 'key', key }
        : signature !== undefined
          ? { kind: 'signature', signature }
          : { kind: 'environment' },
  };
}

/** Whether addresses can be signed: a signature that was given cannot sign others. */
export function canSign({ credentials }: Account): boolean {
  return credentials.kind !== 'signature';
}

/** Container for jobs and CloudObjects. @throws ConfigError */
export function containerOf(config: AzureStorageConfig): string {
  const { storageBucket, storageContainer } = config;
  if (storageBucket !== undefined && storageContainer !== undefined && storageBucket !== storageContainer)
    throw new ConfigError(
      'azure_storage.storage_bucket and azure_storage.storage_container are the same thing; one of them is enough',
    );
  return storageBucket ?? storageContainer ?? `lithops-${accountOf(config).name}`;
}

function connectionParts(connectionString: string | undefined): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const part of (connectionString ?? '').split(';').filter((some) => some.trim() !== '')) {
    const [, name, value] = /^\s*(\w+)=(.*)$/.exec(part) ?? [];
    // It may be a secret, so it is not repeated.
    if (name === undefined || value === undefined)
      throw new ConfigError(
        'azure_storage.connection_string is a list of name=value parts with semicolons between them',
      );
    parts.set(name, value);
  }
  if (connectionString !== undefined && !['AccountName', 'BlobEndpoint'].some((name) => parts.has(name)))
    throw new ConfigError('azure_storage.connection_string names neither AccountName nor BlobEndpoint');
  return parts;
}

/** `account` of `https://account.blob.core.windows.net` and of `http://127.0.0.1:10000/account`. */
function nameIn(endpoint: string | undefined): string {
  const url = URL.parse(endpoint ?? '');
  const [, inPath] = url?.pathname.split('/') ?? [];
  return inPath || (url?.hostname.split('.')[0] ?? '');
}
