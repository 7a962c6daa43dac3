import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError } from '@lithops/core/plugin';
import ssh2 from 'ssh2';
import type { SshCredentials, SshPrivateKey } from './ssh-target.ts';

/** What a configuration says of who we are. */
export interface CredentialSettings {
  /** Default: the keys in `~/.ssh` that OpenSSH looks for, too. */
  readonly sshKeyFilename?: string | undefined;
  readonly sshKeyPassphrase?: string | undefined;
  readonly sshPassword?: string | undefined;
}

const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/** Reads the keys that are named or found, and asks the environment for an agent. @throws ConfigError when a key cannot be used, or there is nothing to try */
export function findCredentials(settings: CredentialSettings, environment: NodeJS.ProcessEnv): SshCredentials {
  const { sshKeyFilename, sshKeyPassphrase: passphrase, sshPassword: password } = settings;
  const agent = environment['SSH_AUTH_SOCK'];
  const named = sshKeyFilename === undefined ? undefined : inHome(sshKeyFilename);
  const found = DEFAULT_KEYS.map((name) => join(homedir(), '.ssh', name)).filter((file) => existsSync(file));
  const privateKeys =
    named !== undefined
      ? [readKey(named, passphrase)]
      : // One that nobody named is no reason to fail: it may need a passphrase, and the agent have it.
        found.flatMap((file) => tryKey(file, passphrase) ?? []);
  if (privateKeys.length === 0 && password === undefined && agent === undefined)
    throw new ConfigError('there is nothing to show who we are over SSH', {
      hint: `set ssh_key_filename or ssh_password, or start an agent (SSH_AUTH_SOCK); none of ~/.ssh/{${DEFAULT_KEYS.join(',')}} can be used`,
    });
  return {
    privateKeys,
    ...(agent !== undefined && agent !== '' && { agent }),
    ...(password !== undefined && { password }),
  };
}

function readKey(file: string, passphrase: string | undefined): SshPrivateKey {
  let key: Buffer;
  try {
    key = readFileSync(file);
  } catch (error) {
    throw new ConfigError(`ssh_key_filename ${file} cannot be read`, { cause: error });
  }
  const parsed = ssh2.utils.parseKey(key, passphrase);
  const [first] = Array.isArray(parsed) ? parsed : [parsed];
  if (first instanceof Error)
    throw new ConfigError(`ssh_key_filename ${file} cannot be used: ${first.message}`, {
      hint: /passphrase|encrypted/i.test(first.message)
        ? 'set ssh_key_passphrase, or add the key to an agent (ssh-add) and leave ssh_key_filename out'
        : 'the file of the private key is expected, not the .pub beside it',
    });
  if (first?.isPrivateKey() !== true)
    throw new ConfigError(`ssh_key_filename ${file} holds no private key`, { hint: 'name the file without .pub' });
  return { name: file, key, ...(passphrase !== undefined && { passphrase }) };
}

function tryKey(file: string, passphrase: string | undefined): SshPrivateKey | undefined {
  try {
    return readKey(file, passphrase);
  } catch {
    return undefined;
  }
}

/** A path of ours; `~` is our home. */
export function inHome(path: string): string {
  return resolve(path.replace(/^~(?=\/|$)/, homedir()));
}
