import ssh2 from 'ssh2';

/** A key pair as OpenSSH reads and writes it. */
export interface SshKeyPair {
  readonly private: string;
  readonly public: string;
}

/** Makes an Ed25519 key. @param comment stands behind its public half */
export function sshKeyPair(comment: string): SshKeyPair {
  return ssh2.utils.generateKeyPairSync('ed25519', { comment });
}
