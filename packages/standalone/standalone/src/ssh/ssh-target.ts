import type { Duplex } from 'node:stream';
import type { HostKeyPolicy } from './host-keys.ts';

/** How somebody proves who he is; what is given is tried in this order. */
export interface SshCredentials {
  /** Private keys, as OpenSSH writes them. */
  readonly privateKeys: readonly SshPrivateKey[];
  /** Socket of an agent. */
  readonly agent?: string;
  readonly password?: string;
}

export interface SshPrivateKey {
  /** Where it comes from, for messages. */
  readonly name: string;
  readonly key: string | Buffer;
  readonly passphrase?: string;
}

/** A machine, and who we are there. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly credentials: SshCredentials;
  readonly hostKeys: HostKeyPolicy;
  /** Opens the connection below: through another machine. Default: TCP from here. */
  readonly tunnel?: () => Promise<Duplex>;
}

/** `user@host:port`, for messages. */
export function describeTarget({ username, host, port }: Pick<SshTarget, 'username' | 'host' | 'port'>): string {
  return `${username}@${host}${port === 22 ? '' : `:${port}`}`;
}
