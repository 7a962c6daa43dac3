import { InvocationError } from '@lithops/core/plugin';
import type { FolderLayout } from '../protocol/folder-layout.ts';
import { quote } from '../ssh/quote.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';

/**
 * Lets the master start workers on a machine, and nothing else: its key may run one command, get no terminal and open no port.
 * @param publicKey as OpenSSH writes it, with a comment that names the master
 */
export async function admitMaster(
  connection: SshConnection,
  { startWorker }: FolderLayout,
  publicKey: string,
): Promise<void> {
  const line = `restrict,command="${startWorker}" ${publicKey}`;
  const { code, stderr } = await connection.run(
    `set -e; umask 077; mkdir -p "$HOME/.ssh"; file="$HOME/.ssh/authorized_keys"; touch "$file"
grep -qxF ${quote(line)} "$file" || printf '%s\\n' ${quote(line)} >> "$file"`,
  );
  if (code !== 0)
    throw new InvocationError(
      `${connection.where}: the master's key could not be added to ~/.ssh/authorized_keys: ${stderr.trim()}`,
    );
}
