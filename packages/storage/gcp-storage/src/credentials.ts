import { readFile } from 'node:fs/promises';
import { ConfigError } from '@lithops/core/plugin';

/** What is read of a credentials file; the rest is the client's. */
export interface CredentialsFile {
  readonly type: string;
  readonly project_id?: string;
}

/** @throws ConfigError for files that are not there or are no credentials. */
export async function readCredentials(path: string): Promise<CredentialsFile> {
  const where = `gcp_storage.credentials_path: ${path}`;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${where} cannot be read`, { cause });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The cause would quote the file, which is a secret.
    throw new ConfigError(`${where} is no JSON`);
  }
  const type: unknown = typeof content === 'object' && content !== null ? Reflect.get(content, 'type') : undefined;
  if (typeof type !== 'string')
    throw new ConfigError(`${where} holds no credentials of Google Cloud`, {
      hint: 'it is the JSON file of a service account key, or of gcloud auth application-default login',
    });
  return content as CredentialsFile; // just looked at
}
