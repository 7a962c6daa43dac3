import { StorageError } from '@lithops/core/plugin';
import { KeyNames } from '@lithops/kit-storage';

/**
 * Names that the service refuses or that URLs lose: control characters, those for private use, backslashes; parts that end with a
 * dot; more than 254 parts.
 */
export const blobNames: KeyNames = new KeyNames({
  forbidden: /[\p{Cc}\p{Co}\\\ufffe\uffff]/u,
  isAwkward: (key) => /\.(\/|$)/.test(key) || key.split('/').length > 250,
  longestName: 1024,
});

/** @throws StorageError for what can be no container's name. */
export function assertContainerName(name: string): void {
  if (/^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$|^\$(root|web|logs)$/.test(name)) return;
  throw new StorageError(`${JSON.stringify(name)} is no container name`, {
    hint: '3 to 63 lower case letters and digits, with single dashes between them',
  });
}
