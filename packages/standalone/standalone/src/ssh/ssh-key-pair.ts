import ssh2 from 'ssh2';

/** A key pair as OpenSSH reads and writes it. */
export interface SshKeyPair {
  readonly private: string;
  readonly public: string;
}

/** Makes an Ed25519 key. @param comment stands behind its public half */
export function sshKeyPair(comment: string): SshKeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    // About one in some hundred that ssh2 1.17 makes is cut short, and read by nobody.
    const [read] = [ssh2.utils.parseKey(pair.private)].flat();
    if (read === undefined || read instanceof Error || !read.isPrivateKey()) continue;
    if (pair.public.split(' ')[1] === read.getPublicSSH().toString('base64')) return pair;
  }
}
