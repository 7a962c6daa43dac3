import { StorageError } from '@lithops/core/plugin';
import { KeyNames } from '@lithops/kit-storage';

/** Names that the service refuses, and those that addresses lose: line ends, and `.` and `..` between slashes. */
export const objectNames: KeyNames = new KeyNames({
  forbidden: /[\r\n]/,
  isAwkward: (key) => /(^|\/)\.\.?(\/|$)/.test(key) || key.startsWith('.well-known/acme-challenge/'),
  longestName: 1024,
});

/** @throws StorageError for what can be no bucket's name. */
export function assertBucketName(name: string): void {
  const right =
    /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(name) &&
    name.split('.').every((part) => part.length > 0 && part.length <= 63) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !name.startsWith('goog');
  if (right) return;
  throw new StorageError(`${JSON.stringify(name)} is no bucket name`, {
    hint: '3 to 63 lower case letters, digits, dashes and underscores, beginning and ending with a letter or digit; more with dots between',
  });
}
