import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findHostKeys, type KnownHostKey, knownHostName } from './known-hosts.ts';
import { SshError } from './ssh-error.ts';

/** Which host keys are believed. A key that is not is refused before any credential is sent. */
export type HostKeyPolicy =
  /** The one with this fingerprint, `SHA256:...`. */
  | { readonly type: 'fingerprint'; readonly fingerprint: string }
  /** Exactly this one, the blob of its public part. */
  | { readonly type: 'key'; readonly key: Buffer }
  /** Those in a file as OpenSSH keeps it; with `trustNew` the first key of an unknown machine is added to it. */
  | {
      readonly type: 'file';
      readonly file: string;
      readonly trustNew: boolean;
      /** What the machine is called there, where its address changes. Default: its address. */
      readonly alias?: string;
    };

/** Names of machines stand for those that listen here. */
const SSH_PORT = 22;

/** What a connection needs to know of its machine before it is made. */
export interface ExpectedHostKeys {
  /** Types to be asked for, best first; empty: any. A machine has several keys, and not all of them may be known. */
  readonly types: readonly string[];
  /** Undefined when the key is believed; else why not. */
  refusal(key: Buffer): SshError | undefined;
  /** Keeps a key that was believed for the first time. */
  keep(key: Buffer): Promise<void>;
}

/** `SHA256:...` of a public key, as `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Type of a public key: the first field of its blob. */
export function keyType(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
}

/** @throws SshError when the file of known machines cannot be read */
export async function expectedHostKeys(policy: HostKeyPolicy, host: string, port: number): Promise<ExpectedHostKeys> {
  const alias = policy.type === 'file' ? policy.alias : undefined;
  const name = alias ?? knownHostName(host, port);
  const keepNothing = async () => {};
  if (policy.type === 'key')
    return {
      types: signaturesOf([keyType(policy.key)]),
      refusal: (key) => (policy.key.equals(key) ? undefined : changed(name, key, 'not the key that it had')),
      keep: keepNothing,
    };
  if (policy.type === 'fingerprint')
    return {
      types: [],
      refusal: (key) =>
        fingerprintOf(key) === policy.fingerprint
          ? undefined
          : changed(name, key, `not ${policy.fingerprint}, which the configuration names`),
      keep: keepNothing,
    };
  const text = await readKnownHosts(policy.file);
  const known = alias === undefined ? findHostKeys(text, host, port) : findHostKeys(text, alias, SSH_PORT);
  return {
    types: signaturesOf(known.filter(({ revoked }) => !revoked).map(({ key }) => keyType(key))),
    refusal: (key) => refusalOf(key, known, { name, policy }),
    keep: async (key) => {
      if (known.some((entry) => entry.key.equals(key))) return;
      await mkdir(dirname(policy.file), { recursive: true, mode: 0o700 });
      await appendFile(policy.file, `${name} ${keyType(key)} ${key.toString('base64')}\n`, { mode: 0o600 });
    },
  };
}

function refusalOf(
  key: Buffer,
  known: readonly KnownHostKey[],
  { name, policy }: { readonly name: string; readonly policy: Extract<HostKeyPolicy, { type: 'file' }> },
): SshError | undefined {
  const own = known.find((entry) => entry.key.equals(key));
  if (own?.revoked === true) return changed(name, key, `revoked in ${policy.file}`);
  if (own !== undefined) return undefined;
  const trusted = known.filter(({ revoked }) => !revoked);
  if (trusted.length > 0)
    return changed(
      name,
      key,
      `not what ${policy.file} has: ${trusted.map((entry) => fingerprintOf(entry.key)).join(', ')}`,
    );
  if (policy.trustNew) return undefined;
  return new SshError(
    'host-key',
    `the machine ${name} is not known: its ${keyType(key)} key is ${fingerprintOf(key)}`,
    {
      hint: `compare that with what the machine shows (ssh-keygen -lf /etc/ssh/ssh_host_*.pub) and set host_key_fingerprint, add it to ${policy.file}, or set trust_on_first_use`,
    },
  );
}

function changed(name: string, key: Buffer, why: string): SshError {
  return new SshError(
    'host-key',
    `the machine ${name} shows the ${keyType(key)} key ${fingerprintOf(key)}, which is ${why}`,
    {
      hint: 'somebody may be in between, or the machine was made anew: find out, and then remove the old key (ssh-keygen -R)',
    },
  );
}

/** An RSA key signs in several ways; the other types in one that is called like them. */
function signaturesOf(types: readonly string[]): string[] {
  return [...new Set(types)].flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type]));
}

async function readKnownHosts(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new SshError('settings', `known_hosts_file ${file} cannot be read`, { cause: error });
  }
}
