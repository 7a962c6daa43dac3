import { createHash } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError } from '@lithops/core/plugin';
import ssh2 from 'ssh2';
import { inHome } from '../ssh/credentials.ts';
import { sshKeyPair } from '../ssh/ssh-key-pair.ts';
import type { SshPrivateKey } from '../ssh/ssh-target.ts';

/** The key by which we log in on machines that are made for us. */
export interface LoginKey {
  readonly privateKey: SshPrivateKey;
  /** As OpenSSH writes it. */
  readonly publicKey: string;
  /** Hash of the public key, fit for names and labels: whoever has the key shares what was made with it. */
  readonly id: string;
}

/** Of this user, made when it is first needed. */
const OWN_KEY = join('.lithops', 'standalone', 'id_ed25519');

/** @param file a private key; default: one that is made here, once. @throws ConfigError when it cannot be used */
export async function loginKey(file: string | undefined, passphrase: string | undefined): Promise<LoginKey> {
  const name = file === undefined ? join(homedir(), OWN_KEY) : inHome(file);
  if (file === undefined) await makeOnce(name);
  const key = await readFile(name).catch((error: unknown) => {
    throw new ConfigError(`ssh_key_filename ${name} cannot be read`, { cause: error });
  });
  const parsed = ssh2.utils.parseKey(key, passphrase);
  const [first] = Array.isArray(parsed) ? parsed : [parsed];
  if (first === undefined || first instanceof Error || !first.isPrivateKey())
    throw new ConfigError(
      `ssh_key_filename ${name} cannot be used: ${first instanceof Error ? first.message : 'it holds no private key'}`,
      { hint: 'the file of a private key is expected; one that is encrypted needs ssh_key_passphrase' },
    );
  const blob = first.getPublicSSH();
  return {
    privateKey: { name, key, ...(passphrase !== undefined && { passphrase }) },
    publicKey: `${first.type} ${blob.toString('base64')}`,
    id: createHash('sha256').update(blob).digest('hex').slice(0, 12),
  };
}

/** Whoever comes first: a key that is there is there whole. */
async function makeOnce(file: string): Promise<void> {
  if ((await readFile(file).catch(() => undefined)) !== undefined) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.${process.pid}`;
  await writeFile(part, sshKeyPair('lithops').private, { mode: 0o600 });
  await link(part, file).catch(() => {}); // another was quicker
  await rm(part, { force: true });
}
