import { randomBytes } from 'node:crypto';

/** Temporary ones, as a role gives them. */
export interface SandboxCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Those of a user (AKIA), or of a session (ASIA), with its token. */
export interface KnownCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Who may send requests, by access key; made for one simulator and good for no other. */
export class CredentialStore {
  readonly #known = new Map<string, KnownCredentials>();
  readonly #expired = new Set<string>();

  user(): KnownCredentials {
    return this.#add({ accessKeyId: accessKey('AKIA'), secretAccessKey: secret() });
  }

  session(): SandboxCredentials {
    return this.#add({ accessKeyId: accessKey('ASIA'), secretAccessKey: secret(), sessionToken: secret(96) });
  }

  get(accessKeyId: string): KnownCredentials | undefined {
    return this.#known.get(accessKeyId);
  }

  expire(accessKeyId: string): void {
    this.#expired.add(accessKeyId);
  }

  revive(accessKeyId: string): void {
    this.#expired.delete(accessKeyId);
  }

  hasExpired(accessKeyId: string): boolean {
    return this.#expired.has(accessKeyId);
  }

  forget(accessKeyId: string): void {
    this.#known.delete(accessKeyId);
    this.#expired.delete(accessKeyId);
  }

  #add<Credentials extends KnownCredentials>(credentials: Credentials): Credentials {
    this.#known.set(credentials.accessKeyId, credentials);
    return credentials;
  }
}

function accessKey(prefix: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return prefix + Array.from(randomBytes(16), (byte) => alphabet[byte % alphabet.length]).join('');
}

function secret(bytes = 30): string {
  return randomBytes(bytes).toString('base64');
}
