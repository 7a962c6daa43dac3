import { createHmac } from 'node:crypto';

/** A line of a file of known machines that speaks of a machine. */
export interface KnownHostKey {
  readonly key: Buffer;
  readonly revoked: boolean;
}

/** What a machine is called in files of known machines: its port is named where it is not SSH's own. */
export function knownHostName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** The keys that a file, in the format of OpenSSH's `known_hosts`, has of a machine. Lines with certificate authorities are passed over. */
export function findHostKeys(text: string, host: string, port: number): KnownHostKey[] {
  const name = knownHostName(host.toLowerCase(), port);
  return text.split(/\r?\n/).flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    if (fields[0] === '' || fields[0]?.startsWith('#') === true) return [];
    const marker = fields[0]?.startsWith('@') === true ? fields.shift() : undefined;
    const [hosts, type, encoded] = fields;
    if (marker === '@cert-authority' || hosts === undefined || type === undefined || encoded === undefined) return [];
    if (!speaksOf(hosts, name)) return [];
    const key = Buffer.from(encoded, 'base64');
    return key.length < 8 ? [] : [{ key, revoked: marker === '@revoked' }];
  });
}

function speaksOf(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) {
    const [, , salt = '', hash] = hosts.split('|');
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  }
  const patterns = hosts.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => matches(pattern, name));
}

function matches(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name;
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(name);
}
