import { isAbsolute, resolve } from 'node:path';
import type { MountSettings } from 'dockerode';

/** A folder or a named volume, as Docker mounts it; undefined when the text is none. A folder has to be there. */
export function parseVolume(text: string): MountSettings | undefined {
  // A drive letter has a colon of its own.
  const [, source = '', target = '', mode] = /^((?:[A-Za-z]:[\\/])?[^:]+):(\/[^:]*)(?::(ro|rw))?$/.exec(text) ?? [];
  if (target === '' || target === '/') return undefined;
  const isFolder = isAbsolute(source) || /^[.~]/.test(source) || /^[A-Za-z]:/.test(source);
  if (!isFolder && !/^[A-Za-z0-9][\w.-]*$/.test(source)) return undefined;
  return {
    Type: isFolder ? 'bind' : 'volume',
    Source: isFolder ? resolve(source.replace(/^~(?=\/|$)/, process.env['HOME'] ?? '~')) : source,
    Target: target,
    ReadOnly: mode === 'ro',
  };
}
