import { readFileSync } from 'node:fs';
import type { MachineSpec } from '../protocol/master-api.ts';
import type { SshTarget } from '../ssh/ssh-target.ts';

/** How the master logs in on another machine: with its own key, which may do there what `start-worker` does, and nothing else. */
export function machineTarget(
  { host, port, username, hostKey }: NonNullable<MachineSpec['ssh']>,
  keyFile: string,
): SshTarget {
  return {
    host,
    port,
    username,
    credentials: { privateKeys: [{ name: keyFile, key: readFileSync(keyFile) }] },
    hostKeys: { type: 'key', key: Buffer.from(hostKey, 'base64') },
  };
}
